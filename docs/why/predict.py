# %% [markdown]
# # Can the losses be predicted without the descent?
#
# You will learn
#
# - why Taylor's formula of second order is exact for a squared loss of a linear model,
# - how 27 of the 29 losses that the article printed for clean data follow from the start
#   and the order of the samples,
# - what the other two losses need.
#
# You need: [the clean toy](../zero/clean.py) and
# [the order of its samples](../experiment/randomness.py).

# %%
import random

import numpy as np
import sympy as sp

SEED = 20
samples = [0, 1, 2, 3]
lr, divisor = sp.Rational(3, 10), 10
w, x, y, rho = sp.symbols("w x y rho", real=True)

# %% [markdown]
# ## A squared loss has no remainder of second order
#
# The clean toy fits $\hat y = xw$ to four samples on the line $y = x$, from $w = 2$. The loss of one sample is $\ell_{x,y}(w) = (xw - y)^2$, a polynomial of
# degree 2 in $w$. So is the mean loss of the four samples,
#
# $$
# f(w) = \frac14 \sum_{x=0}^{3} (xw - x)^2 = \frac72 \, (w - 1)^2 . \tag{1}
# $$
#
# Its third derivative is zero. By [Lagrange's form](taylor.py) the remainder of second
# order is zero too, for short and for long steps $d$:
#
# $$
# f(w + d) = f(w) + f'(w) \, d + \tfrac12 f''(w) \, d^2 . \tag{2}
# $$

# %%
loss = (x * w - y) ** 2
mean_loss = sum(loss.subs({x: i, y: i}) for i in samples) / sp.Integer(len(samples))
mean_loss.factor()

# %% [markdown]
# ## What one step does to the mean loss
#
# A step of the toy draws one sample. With the learning rate $\eta$, the divisor $m$ and
# $\rho = \eta / m$, it goes from $w$ to $w + d$ with
#
# $$
# \begin{aligned}
# d &= -\rho \, \ell_{x,y}'(w) = -2 \rho x \, (xw - y) \\
# &= -2 \rho x^2 (w - 1) ,
# \end{aligned} \tag{3}
# $$
#
# because $y = x$ for each sample. With (3) in (2), the mean loss after the step is
#
# $$
# f(w + d) = (1 - 2 \rho x^2)^2 \, f(w) . \tag{4}
# $$
#
# *Proof.* By (1), $f'(w) = 7 (w - 1)$ and $f''(w) = 7$. With $c = 2 \rho x^2$ the right side
# of (2) is $\frac72 (w - 1)^2 - 7 c (w - 1)^2 + \frac72 c^2 (w - 1)^2$, and that is
# $(1 - c)^2 \cdot \frac72 (w - 1)^2$. $\blacksquare$
#
# The factor in (4) does not contain $w$. So each loss follows from the one before and from
# the sample that was drawn.

# %%
#| code-fold: Check
slope = loss.diff(w)
d = (-rho * slope).subs(y, x)
expanded = mean_loss + mean_loss.diff(w) * d + mean_loss.diff(w, 2) * d**2 / 2
assert sp.expand(mean_loss - sp.Rational(7, 2) * (w - 1) ** 2) == 0
assert mean_loss.diff(w, 3) == 0
assert sp.expand(expanded - mean_loss.subs(w, w + d)) == 0
assert sp.expand(expanded - (1 - 2 * rho * x**2) ** 2 * mean_loss) == 0

# %%
#| echo: false
from gdbook.taylor.derivatives import taylor_polynomial

along = mean_loss, [w], [w], [-slope], 2, rho
general = taylor_polynomial(*along, constants=[x, y])
assert sp.expand(general.subs(y, x) - expanded) == 0

# %% [markdown]
# ## The prediction in exact fractions
#
# The seed gives the order of the samples. The loss at the start is $f(2)$, and (4) gives
# all others. This cell computes no further parameter and no gradient, and its fractions are
# exact.

# %%
random.seed(SEED)
order = []
for _ in range(8):
    epoch = samples.copy()
    random.shuffle(epoch)
    order += epoch
order = order[:29]  # as many as the article printed

predicted = [mean_loss.subs(w, 2)]
for drawn in order:
    factor = (1 - 2 * lr / divisor * drawn**2) ** 2
    predicted.append(predicted[-1] * factor)
exact = [f"{float(l):.6f}" for l in predicted[1:]]
print(*exact[:8])

# %%
#| echo: false
from gdbook.ledger import published, read_ledger

ledger = published(read_ledger())
printed = [text for name, text in ledger.items() if name.startswith("clean.loss.")]
others = [k for k, text in enumerate(exact, 1) if text != printed[k - 1]]
gaps = [float(exact[k - 1]) - float(printed[k - 1]) for k in others]
assert (len(printed), len(exact), len(others)) == (29, 29, 2)
assert np.allclose(np.abs(gaps), 1e-6, rtol=1e-3)
assert len({(exact[k - 1], printed[k - 1]) for k in others}) == 1  # the same pair

# %% [markdown]
# Of the `=len(printed)` printed losses, `=len(printed) - len(others)` are equal to these in
# every digit. The losses after steps `=others[0]` and `=others[1]` differ by one in the
# last digit: both are `=exact[others[0] - 1]` here, and `=printed[others[0] - 1]` in
# the article. Equation (4) is exact, so where does the difference come from?
#
# ## The last digit needs the float32 path
#
# The article's parameter is a float32 number. From 1 to the next larger float32 number the
# distance is $`=1e6 * np.spacing(np.float32(1)):.2f` \cdot 10^{-6}$. In each step the results
# are rounded to such numbers, so $w$ is not exactly where (3) puts it. This cell computes the
# steps in float32, as the article did. For each step that was taken, (2) gives the new loss:

# %%
first, second = (sp.lambdify(w, mean_loss.diff(w, k)) for k in (1, 2))
eta, m = np.float32(lr), np.float32(divisor)
place, total, in_float32 = np.float32(2), float(predicted[0]), []
for drawn in np.array(order, np.float32):
    after = place - eta * (2 * drawn * (drawn * place - drawn)) / m
    step = float(after) - float(place)
    total += first(float(place)) * step + second(float(place)) * step**2 / 2
    place = after
    in_float32.append(f"{total:.6f}")

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.formats import markdown_table
from gdbook.tables import MARK

assert in_float32 == printed
rows = [
    [str(k), str(drawn), one, other, text, MARK[other == text]]
    for k, (drawn, one, other, text) in enumerate(
        zip(order, exact, in_float32, printed, strict=True), 1
    )
]
head = ["step", "sample $x$", "by (4)", "by (2)", "published", "equal"]
Markdown(f'<div class="trace" markdown>\n\n{markdown_table(head, rows)}\n\n</div>')

# %% [markdown]
# The column "by (4)" needs the loss at the start and the order of the samples. The column
# "by (2)" needs the float32 parameters too, and all its `=len(printed)` numbers are equal to
# the published ones in every digit. For both columns the loss function was evaluated once,
# at the start.

# %%
#| code-fold: Code of the figure
#| fig-cap: The losses by (4) are a staircase; the dots are the published losses. The last published loss is printed as zero, so a logarithmic axis cannot show it.
#| fig-alt: Mean loss on a logarithmic axis against steps 1 to 29. A staircase goes down from about 2 to less than a millionth. A dot stands at every step but the last.
import matplotlib.pyplot as plt

from gdbook.figures.taylor import predicted_losses

in_article = np.array(in_float32, float)  # equal to the table's, digit for digit
predicted_losses(np.array(predicted[1:], float), in_article)
plt.show()

# %% [markdown]
# ## How far is this from divergence?
#
# By (3), a step multiplies the distance $w - 1$ by $1 - 2 \rho x^2$. An epoch draws each
# sample once, so it multiplies the distance by the product of the four factors, whatever
# their order:


# %%
def product(m):
    """What an epoch multiplies the distance to 1 by, with the divisor m."""
    return sp.prod(1 - 2 * lr / m * i**2 for i in samples)


print(product(divisor), product(1))

# %% [markdown]
# With the article's divisor $m = 10$ the product is `=float(product(divisor)):.3f`, and the
# distance tends to zero. With $m = 1$, the divisor that belongs to batches of one sample,
# the product is `=float(product(1)):.3f`. This is larger than 1, so the toy diverges.
#
# [Step size and divisor](../digits/step-size.py) computes the limits, for the toy and for the
# regression.
#
# ## Summary
#
# - The squared loss of a linear model is quadratic, so Taylor's formula of second order is
#   exact.
# - On the clean toy each step multiplies the mean loss by $(1 - 2 \rho x^2)^2$. With the
#   order of the samples, this gives `=len(printed) - len(others)` of the `=len(printed)`
#   printed losses.
# - The other losses depend on how float32 rounds the parameter.
#
# ## Exercises
#
# **1.** The first two printed losses are equal. Which sample was drawn second, and why?
#
# /// details | Hint
# For which $x$ is the factor in (4) equal to 1?
# ///
#
# /// details | Solution
#
# The factor is 1 for $x = 0$. With $0 < 2 \rho x^2 < 2$ it is less than 1 for the other
# samples.
# %%
print("drawn second:", order[1])
print([float((1 - 2 * lr / divisor * i**2) ** 2) for i in samples])

# %% [markdown]
# ///
#
# **2.** Let the label at $x = 3$ be larger than 3. Is (2) still exact? Does a step with this
# sample still multiply the mean loss by a factor that does not contain $w$?
#
# /// details | Hint
# Is the mean loss zero anywhere? What would many steps with this sample do to the loss, if
# there were such a factor?
# ///
#
# /// details | Solution
#
# Equation (2) is exact, because the loss is still quadratic. There is no such factor: the
# quotient of the losses after and before the step depends on $w$. The cell shows it for the
# article's wrong label, from $w = 2$ and from $w = 3$.
# %%
label = sp.Rational(31, 10)
wrong = sum(loss.subs({x: i, y: (0, 1, 2, label)[i]}) for i in samples) / 4
d_wrong = -lr / divisor * loss.diff(w).subs({x: 3, y: label})
ratios = [(wrong.subs(w, w + d_wrong) / wrong).subs(w, v) for v in (2, 3)]
print("third derivative", wrong.diff(w, 3))
print("quotients", [round(float(ratio), 4) for ratio in ratios])

# %% [markdown]
# The reason: no $w$ fits all four labels, so the mean loss has a positive minimum. If each
# step multiplied the loss by the same factor, which is less than 1 here, then many steps
# with this sample would bring the loss below that minimum.
#
# ///
#
# **3.** Prove that the loss at the end of an epoch does not depend on the order in which the
# epoch takes its samples.
#
# /// details | Hint
# Use (4) four times.
# ///
#
# /// details | Solution
#
# By (4), the four steps of an epoch multiply the mean loss by four factors, one for each
# sample. Their product does not depend on the order. $\blacksquare$
#
# Another seed gives other orders, but the same losses after steps 4 and 8:
# %%
random.seed(SEED + 1)
loss_now, ends = predicted[0], []
for _ in range(2):
    for i in random.sample(samples, 4):
        loss_now *= (1 - 2 * lr / divisor * i**2) ** 2
    ends.append(f"{float(loss_now):.6f}")
print("seed", SEED, [exact[3], exact[7]])
print("seed", SEED + 1, ends)
assert ends == [exact[3], exact[7]]

# %% [markdown]
# ///
#
# Next: [how do I do this for a function of my own?](your-own.py)
