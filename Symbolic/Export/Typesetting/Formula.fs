namespace Toolkit.Symbolic.Export.Typesetting

/// A formula of the statements, as far as setting it in type needs to know it.
type Formula =
    /// Digits.
    | Number of string
    /// A name with what stands below and above it, and its primes: j1', Y_l,m, D^j_m'm.
    | Name of letters: string * below: Formula option * above: Formula option * primes: int
    /// −x, or any other sign in front.
    | Signed of sign: string * Formula
    /// x + y, x = y, x..y: the operator and both sides.
    | Between of left: Formula * operator: string * right: Formula
    /// x*y, or x y.
    | Times of Formula * Formula * written: bool
    /// x/y.
    | Over of Formula * Formula
    /// x**y.
    | Power of Formula * Formula
    /// x!.
    | Factorial of Formula
    /// √x.
    | Root of Formula
    /// The complex conjugate.
    | Conjugate of Formula
    /// ∂/∂x.
    | Derivative of Formula
    /// (x, y, …) and its likes: opening, members, closing.
    | Enclosed of string * Formula list * string
    /// f(x, y; z): rows between semicolons.
    | Call of Formula * Formula list list
    /// A 3j, 6j or 9j symbol: rows of three.
    | Symbol of kind: string * Formula list list
    /// ⟨a b|c d⟩.
    | Bracket of Formula list * Formula list
    /// The sum over names in a set.
    | Summed of names: Formula * set: Formula * Formula
    /// x, y within one subscript.
    | Listed of Formula list

/// A statement: words with formulas between them.
type Piece =
    | Words of string
    | Formula of Formula
