"""Why a step goes against the gradient, and how long it may be: Taylor, in SymPy.

A function f is a SymPy expression in its variables; its other symbols, the data of a
loss for instance, are its constants. All symbols stand for real numbers, all quantities
are dimensionless. Vectors come back as columns; a list of components goes in as well.
What a function raises, the functions that call it raise, too. Source: proved on the
pages that use them, if no other is named.

derivatives  gradients, Hessians, Taylor polynomials and their remainders
directions   the steepest direction, by multipliers and by norms
step         the best step, smoothness, the descent lemma, backtracking
"""
