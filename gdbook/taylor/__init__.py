"""Why a step goes against the gradient, and how long it may be: Taylor, in SymPy.

A function f is a SymPy expression in its variables; its other symbols, the data of a
loss for instance, are its constants. All symbols stand for real numbers: declare them
by symbols('x y', real=True). All quantities are dimensionless. Vectors come back as
columns; a list of components goes in as well. Every function raises ValueError on a
vector with another number of components than wanted, or with one that is not real and
finite; what else is raised, its entry says. Source: proved on the pages that use them,
if no other is named.

derivatives  gradients, Hessians, Taylor polynomials and their remainders
directions   the steepest direction, by multipliers and by norms
step         the best step, smoothness, the descent lemma, backtracking
"""
