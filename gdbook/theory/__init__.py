"""What the numbers should be, without running the descent.

NumPy in float64, but for the functions that are about float32; dimensionless if no unit
is named. Two losses occur, as in the article. The regression halves its squared error:
its Hessian is H = XᵀX/n, and a step is w ← w − lr·Xᵀ(Xw − y)/batch_size. The toys do
not halve it, and draw single samples: w ← w − c·(xw − y)x with c = 2·lr/divisor.
Parameters have the shape (p,).

What a function raises, the functions that call it raise, too: most check their input by
`gdbook.theory.basics.check_samples` and `gdbook.theory.basics.check_positive`. Source:
derived on the pages that use them, if no other is named.

basics     what several modules need: checks of input, sums, spectra, rates
floor      the least loss of the regression, and where the error of its end comes from
zero       when the loss of a toy prints as zero, and when it is zero in float32
divisor    the step sizes that the toys allow, given the divisor
attractor  a pass in random order as affine maps: moments, attractor, bias
settle     smaller steps, averages, full batches
selection  how many new samples tell a wrong label from a wrong model
step_size  how many steps a step size needs, predicted and counted
momentum   the rate of momentum
cost       how many operations a step and an epoch take
processes  the regression by several processes
"""
