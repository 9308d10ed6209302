"""The symbols in which functions of the derivation are tested."""

import sympy as sp

x, y, z = sp.symbols("x y z", real=True)
u, v, w = sp.symbols("u v w", real=True)
a, b, c = sp.symbols("a b c", real=True)
s, t, xi = sp.symbols("s t xi", real=True)
eta, L = sp.symbols("eta L", positive=True)
half = sp.Rational(1, 2)
g2, v2 = sp.symbols("g1:3", real=True), sp.symbols("v1:3", real=True)
g3, v3 = sp.symbols("g1:4", real=True), sp.symbols("v1:4", real=True)
SPD = sp.Matrix([[2, 1], [1, 3]])
