/// Statements on harmonics, orders up to 4 put in, as lines of a script: what their theorems' scripts end with. Harmonics are made
/// from powers of N, as polynomials in x, y, z, and Gaunt's integrals by SymPy itself.
module internal Toolkit.Symbolic.Export.HarmonicPoints

let private header =
    """from sympy import I, Rational, S, expand, factorial, pi, sqrt, symbols
x, y, z = symbols("x y z", real=True)
def same(a, b): return int(expand(a - b) != 0)
def root(p, q=1): return sqrt(Rational(p, q))
def solid(l, m):
    if abs(m) > l: return S(0)
    row = [S(1)]
    for _ in range(l): row = [expand((x + I*y)*a + 2*z*b - (x - I*y)*c) for a, b, c in zip(row + [0, 0], [0] + row + [0], [0, 0] + row)]
    return row[l - m]*S(-1)**m*sqrt(factorial(l - m)*factorial(l + m)*(2*l + 1)/(4*pi))/(2**l*factorial(l))"""

let private recursions =
    """for l in range(5):
    for m in range(-l, l + 1):
        if l > 1:
            right = root(2*l - 1)*z*solid(l - 1, m)
            right -= root((l + m - 1)*(l - m - 1), 2*l - 3)*(x**2 + y**2 + z**2)*solid(l - 2, m)
            failures += same(root((l + m)*(l - m), 2*l + 1)*solid(l, m), right)
        sides = root((l + m)*(l - m + 1))*(x + I*y)*solid(l, m - 1) + root((l - m)*(l + m + 1))*(x - I*y)*solid(l, m + 1)
        failures += same(2*m*z*solid(l, m) + sides, 0)
    if l > 0:
        failures += same(solid(l, l), -root(2*l + 1, 2*l)*(x + I*y)*solid(l - 1, l - 1))
        failures += same(solid(l, -l), root(2*l + 1, 2*l)*(x - I*y)*solid(l - 1, 1 - l))
failures += same(solid(1, 0), sqrt(3)*z*solid(0, 0))"""

let private gradients =
    """for l in range(1, 5):
    f = Rational(2*l + 1, 2*l - 1)
    for m in range(-l, l + 1):
        s = solid(l, m)
        failures += same(s.diff(z), sqrt(f*(l - m)*(l + m))*solid(l - 1, m))
        failures += same(s.diff(x) + I*s.diff(y), sqrt(f*(l - m)*(l - m - 1))*solid(l - 1, m + 1))
        failures += same(s.diff(x) - I*s.diff(y), -sqrt(f*(l + m)*(l + m - 1))*solid(l - 1, m - 1))"""

let private real =
    """def cosine(l, m): return solid(l, 0) if m == 0 else expand(S(-1)**m*solid(l, m) + solid(l, -m))/sqrt(2)
def sine(l, m): return expand(S(-1)**m*solid(l, m) - solid(l, -m))/(sqrt(2)*I) if m > 0 else S(0)
for l in range(1, 5):
    f = Rational(2*l + 1, 2*l - 1)
    for m in range(l + 1):
        alpha = sqrt(f*(l - m)*(l - m - 1))/2*(sqrt(2) if m == 0 else 1)
        beta = sqrt(f*(l + m)*(l + m - 1))/2*(sqrt(2) if m == 1 else 1) if m > 0 else 0
        for part, other, sign in [(cosine, sine, 1), (sine, cosine, -1)][:1 + (m > 0)]:
            s = part(l, m)
            if m < l and l > 1:
                right = root((2*l + 1)*(2*l - 1), (l - m)*(l + m))*z*part(l - 1, m)
                right -= root((2*l + 1)*(l - 1 - m)*(l - 1 + m), (2*l - 3)*(l - m)*(l + m))*(x**2 + y**2 + z**2)*part(l - 2, m)
                failures += same(s, right)
            failures += same(s.diff(z), sqrt(f*(l - m)*(l + m))*part(l - 1, m))
            failures += same(s.diff(x), -alpha*part(l - 1, m + 1) + beta*part(l - 1, m - 1))
            failures += same(s.diff(y), -sign*(alpha*other(l - 1, m + 1) + beta*other(l - 1, m - 1)))
    c, s, k = cosine(l - 1, l - 1), sine(l - 1, l - 1), root(2*l + 1, 2*l) if l > 1 else sqrt(3)
    failures += same(cosine(l, l), k*(x*c - y*s)) + same(sine(l, l), k*(x*s + y*c))"""

let private gaunt =
    """from sympy.physics.wigner import gaunt
def A(l, m): return root((l + m)*(l - m), (2*l - 1)*(2*l + 1))
def G(l1, m1, l2, m2, L):
    M = m1 + m2
    return S(-1)**M*gaunt(l1, l2, L, m1, m2, -M) if min(l1, l2, L) >= 0 and abs(m1) <= l1 and abs(m2) <= l2 and abs(M) <= L else S(0)
for l1, l2, L in [(0, 0, 1), (0, 2, 3), (1, 1, 1), (1, 2, 2), (2, 1, 2), (2, 2, 1), (2, 2, 3)]:
    for m1 in range(-l1, l1 + 1):
        for m2 in range(-l2, l2 + 1):
            M = m1 + m2
            first = A(l1 + 1, m1)*G(l1 + 1, m1, l2, m2, L) + A(l1, m1)*G(l1 - 1, m1, l2, m2, L)
            if abs(M) <= L:
                failures += same(first, A(l2 + 1, m2)*G(l1, m1, l2 + 1, m2, L) + A(l2, m2)*G(l1, m1, l2 - 1, m2, L))
                failures += same(first, A(L + 1, M)*G(l1, m1, l2, m2, L + 1) + A(L, M)*G(l1, m1, l2, m2, L - 1))"""

let private part (argument: string) =
    match argument with
    | "coefficient-extraction / recursions" -> Some recursions
    | "coefficient-extraction / gradients" -> Some gradients
    | "coefficient-extraction / real" -> Some real
    | "direction / gaunt" -> Some gaunt
    | _ -> None

/// What an argument concludes, for SymPy; nothing for arguments that are not about harmonics.
let python (argument: string) : string list =
    match part argument with
    | Some lines -> [ "# the statement for small orders, as identities between polynomials"; header; lines ]
    | None -> []

/// The same for Maxima, of the complex harmonics.
let maxima (argument: string) : string list =
    let header =
        """solid(l, m) := if abs(m) > l then 0 else ratcoef(expand((x + %i*y + 2*z*t - (x - %i*y)*t^2)^l), t, l - m)
    *(-1)^m*sqrt((l - m)!*(l + m)!*(2*l + 1)/(4*%pi))/(2^l*l!)$
fpprec : 40$
same(a, b) := if is(cabs(bfloat(rectform(expand(subst([x = 1/3, y = -3/4, z = 2/5], a - b))))) > 1b-18) then 1 else 0$"""

    let loop body = "for l : 1 thru 4 do for m : -l thru l do failures : failures + " + body + "$"

    match argument with
    | "coefficient-extraction / recursions" ->
        [ header
          loop "same(sqrt((l + m)*(l - m)/(2*l + 1))*solid(l, m), sqrt(2*l - 1)*z*solid(l - 1, m)
    - (if l > 1 then sqrt((l + m - 1)*(l - m - 1)/(2*l - 3))*(x^2 + y^2 + z^2)*solid(l - 2, m) else 0))"
          loop "same(2*m*z*solid(l, m) + sqrt((l + m)*(l - m + 1))*(x + %i*y)*solid(l, m - 1)
    + sqrt((l - m)*(l + m + 1))*(x - %i*y)*solid(l, m + 1), 0)" ]
    | "coefficient-extraction / gradients" ->
        [ header
          loop "same(diff(solid(l, m), z), sqrt((2*l + 1)/(2*l - 1)*(l - m)*(l + m))*solid(l - 1, m))"
          loop "same(diff(solid(l, m), x) + %i*diff(solid(l, m), y), sqrt((2*l + 1)/(2*l - 1)*(l - m)*(l - m - 1))*solid(l - 1, m + 1))"
          loop "same(diff(solid(l, m), x) - %i*diff(solid(l, m), y), -sqrt((2*l + 1)/(2*l - 1)*(l + m)*(l + m - 1))*solid(l - 1, m - 1))" ]
    | _ -> []
