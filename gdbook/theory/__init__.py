"""What the numbers should be: formulas, and simulations that check them.

NumPy in float64, but for the functions that are about float32; dimensionless if no unit
is named. Two losses occur, as in the article. The regression halves its squared error:
its Hessian is H = XᵀX/n, and a step is w ← w − lr·Xᵀ(Xw − y)/batch_size. The toys do
not halve it, and draw single samples: w ← w − c·(xw − y)x with the factor
c = 2·lr/divisor. Parameters have the shape (p,).

Each entry names the errors that it raises; other input is not checked. NumPy's
LinAlgError, which it raises for a singular matrix, is a ValueError. Source: derived on
the pages that use them, if no other is named.

attractor  a pass in random order as affine maps: moments, attractor, bias
basics     what several modules need: checks of input, sums, spectra, rates
cost       how many operations a step and an epoch take
divisor    the step sizes that the toys allow, given the divisor
floor      the least loss of the regression, and where the error of its end comes from
momentum   the rate of momentum
processes  the regression by several processes
selection  how many new samples tell a wrong label from a wrong model
settle     smaller steps, averages, full batches
step_size  how many steps a step size needs, predicted and counted
zero       when the loss of a toy prints as zero, and when it is zero in float32
"""
