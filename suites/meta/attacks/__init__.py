"""What an unlucky or hostile world does to a run, tried in earnest: `make attack`.

    python -m lstm_conformance.suites.meta.attacks [--quick]

Hosts that crash, lie and flood, files that are torn, edited and endless, disks that are full, runs that are killed.
Each attack has a folder of its own, and says what broke; what it starts must be gone when it has ended.
What is tried by tests already, answers that are damaged by chance and the page's text, is tried there.
"""
