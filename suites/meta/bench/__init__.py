"""How fast the reference, the judge and the suite are: `make bench`.

    python -m lstm_conformance.suites.meta.bench

Each part runs in processes of its own; a framework is imported only there. Everything computes on one thread.
All times are of the CPU, because others may use the machine, too; what is compared is measured in turns.
"""
