"""The LearnCard Network's HTTP interface, in its own shapes and errors."""
