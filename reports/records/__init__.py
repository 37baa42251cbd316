"""What a run leaves: records, files of records, how they are read, combined, summed up and put into words.

Nobody else reads or writes a results file.
Imports nothing of the package.
"""
