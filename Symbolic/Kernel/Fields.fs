namespace Toolkit.Symbolic.CouplingTrees

/// An angular momentum in a tree: a given number, or a name that ranges over all natural numbers. One name is one
/// number.
type Order =
    /// A number ≥ 0.
    | Fixed of int
    /// Any number ≥ 0.
    | Named of string

    /// "2" or "l1".
    override this.ToString() =
        match this with
        | Fixed n -> string n
        | Named name -> name

/// How a field behaves under the inversion, beyond what its rank says.
type Parity =
    /// A scalar keeps its sign, a vector changes it.
    | Polar
    /// The opposite: a spin keeps its sign.
    | Axial

/// How a field behaves when time is reversed.
type TimeReversal =
    /// It keeps its sign.
    | Even
    /// It changes its sign, as spins do.
    | Odd

/// A field that the atoms carry.
type Field =
    {
        /// 0 for a density or a potential, 1 for a vector per atom.
        Rank: int
        /// Under the inversion.
        Parity: Parity
        /// Under time reversal.
        Time: TimeReversal
    }
