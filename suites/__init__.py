"""What is asserted: one test file a topic, each test naming its rule. Read from top to bottom, what an LSTM must do."""
