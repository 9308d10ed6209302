"""The figures, one function each. They return a matplotlib Figure.

Each is quoted on the page that shows it, so each needs matplotlib and numpy only.
All quantities are dimensionless unless a docstring says otherwise.

labels      a label beside a point
regression  the data of the regression, its loss, and the two parts of its errors
toys        the descents of the toys
selection   a line and a lifted line, and what new samples say of them
attractor   where the parameters of the toys are at the end of an epoch
settle      runs that settle
step_size   what depends on the step size
taylor      Taylor polynomials, their errors, and the losses that they predict
directions  slopes in all directions, and the unit balls of norms
optimizers  the same descent in several ways, and different updates
"""
