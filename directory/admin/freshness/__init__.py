"""The desk from which the register is kept true: who is due, answers by telephone and on paper, proposals, hand-over."""
