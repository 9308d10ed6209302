"""The code behind *Gradient Descent to the Last Digit*: functions that pages quote."""
