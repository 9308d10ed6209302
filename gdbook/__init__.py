"""The code behind *Gradient Descent to the Last Digit*: small, pure functions that the pages quote."""
