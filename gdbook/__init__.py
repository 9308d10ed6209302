"""The code behind Gradient Descent to the Last Digit: functions that pages quote.

All quantities are dimensionless, if no unit is named. What a function raises, the
functions that call it raise, too. Source: the article that the book reproduces, and the
course that it follows, Dive into Deep Learning, if no other is named.

course       the experiment in the few lines that the pages show
data         where randomness and data come from
experiments  the article's five experiments
formats      numbers and tables as text
ledger       every number that the article printed
linear       linear models, squared losses, least squares
optimizers   plain SGD and five other updates
reproduce    the same numbers, computed again and compared
sgd          the update, and the loop around it
tables       published beside reproduced numbers, as Markdown
"""
