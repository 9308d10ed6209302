# %% [markdown]
# # Why minus the gradient?
#
# At the end of this page you know what the gradient promises about a step, in which
# sense its opposite is the fastest way down, and that the promise is only good for
# short steps.

# %%
import matplotlib.pyplot as plt
import torch

SEED = 20

# %% [markdown]
# ## The answer
#
# The article asks why a step against the gradient lowers the loss fastest, and says
# that this needs Taylor's formula. It does. Let $L$ be the mean loss. For a step
# $\mathbf d$ from $\mathbf w$,
#
# $$
# L(\mathbf w + \mathbf d) = L(\mathbf w) + \mathbf g^\top \mathbf d + r(\mathbf d) ,
# \qquad \mathbf g = \nabla L(\mathbf w) ,
# $$
#
# where the remainder $r(\mathbf d)$ shrinks faster than $\lVert \mathbf d \rVert$ does. For
# short steps the middle term decides. <span class="margin">Why the product of two vectors is
# that of their lengths and the cosine between them, [a later page](slope.py) shows.</span>
# It is a product of lengths and a cosine,
# $\lVert \mathbf g \rVert \lVert \mathbf d \rVert \cos \alpha$. Among all steps of one
# length it is least when the cosine is −1, and that is the direction
# $-\mathbf g / \lVert \mathbf g \rVert$.

# %% [markdown]
# ## Try every direction
#
# Take the article's regression at its start, and steps of one and the same length in all
# directions of the plane of the two weights.

# %%
#| code-fold: From the pages before
from gdbook.data import setup_seed, synthetic_data
from gdbook.linear import linreg, squared_loss

setup_seed(SEED)
features, labels = synthetic_data(torch.tensor([2, -3.4]), 4.2, 1000)
w = torch.normal(0, 0.01, (2, 1), requires_grad=True)
b = torch.zeros(1)

# %%
loss = squared_loss(linreg(features, w, b), labels).mean()
(g,) = torch.autograd.grad(loss, w)
uphill = g / g.norm()
across = torch.stack([-uphill[1], uphill[0]])

length, angle = 0.1, torch.arange(0, 361)
alpha = torch.deg2rad(angle.double()).float()
steps = length * (alpha.cos() * uphill + alpha.sin() * across)
losses = squared_loss(features @ (w + steps), (labels - b).expand(-1, 361)).mean(0)
change = (losses - loss).detach()
best = angle[change.argmin()].item()
print(f"largest decrease at {best} degrees: {change.min():.4f}")

# %%
#| code-fold: Code of the figure
#| fig-cap: Of all steps of length `=length`, the one at `=best` degrees to the gradient lowers the loss most.
#| fig-alt: Change of the loss against the angle between step and gradient. A cosine curve, positive near 0 and 360 degrees, with its lowest point marked near 180 degrees.
from gdbook.figures.directions import slope_over_angle

slope_over_angle(angle.numpy(), change.numpy(), best)
plt.show()

# %% [markdown]
# The first-order term promises `=-length * g.norm():.4f`; the best step gains
# `=change.min():.4f`. What is missing is the remainder, and its sign is no accident: this
# loss bends upwards.
#
# ## How long may the step be?
#
# The direction says nothing about the length. The length of the step is
# $\eta \lVert \mathbf g \rVert$; so the question is how large the step size $\eta$ may be.
# On a loss whose curvature is at most
# $\lambda$, every step $-\eta \mathbf g$ with $0 < \eta < 2/\lambda$ goes down, and one
# beyond may go up. For the regression the largest curvature is the largest eigenvalue
# of the Hessian:

# %%
from gdbook.linear import design_matrix, hessian

curvature = torch.linalg.eigvalsh(hessian(design_matrix(features))).max().item()
limit = 2 / curvature
print(f"largest curvature {curvature:.4f}, largest stable step size {limit:.4f}")

# %% [markdown]
# The article's learning rate was `=limit / 0.0003:,.0f` times smaller than that. With all
# samples in every step, its regression could have run with a far larger one.
#
# ## What was found
#
# - To first order a step changes the loss by $\mathbf g^\top \mathbf d$, and among steps
#   of one length $-\mathbf g$ points where that is least.
# - "Of one length" matters: measure lengths otherwise, and another direction wins.
# - The promise is made for short steps. How short, the curvature says.
#
# This was the short answer. The next six pages prove each line of it, from one variable to
# a function of your own.
#
# Next: [what does a tangent know?](tangent.py)
