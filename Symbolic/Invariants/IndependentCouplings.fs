/// Exact bases of the equivariants that products of a density's coefficients make.
namespace Toolkit.Symbolic.Invariants

open System
open Toolkit.Symbolic.Algebra

/// The couplings of one pattern that are kept.
type PatternCouplings =
    { Pattern: Pattern
      /// How many independent multiplets there are: no set has a larger rank.
      Multiplicity: int
      /// All couplings of the factors one after the other, dependent ones with them.
      Candidates: int
      /// The kept ones: after each factor but the first the order of what is coupled so far, λ at the end. Their rank modulo the prime is
      /// their number: so is their rank over the rationals, which cannot be smaller.
      Couplings: int list list }

    /// Whether the kept couplings are a basis: as many as there are independent multiplets.
    member c.IsComplete = c.Couplings.Length = c.Multiplicity

/// Which of the couplings ((c_1 c_2)_{L_2} c_3)_{L_3} … are independent where factors are equal.
/// <remarks>
/// Couplings of different patterns have no monomial in common, so that patterns are done one by one, whatever the number of channels.
/// Multiplets are binary forms and couplings transvectants, which are coupled products up to factors that are not zero; a coupled product
/// follows from its component of the largest M. Those components at random points modulo a prime are the rows whose rank is a lower bound
/// of the rank over the rationals; the multiplicity is an upper one.
/// </remarks>
[<RequireQualifiedAccess>]
module IndependentCouplings =

    // Points beside as many as could be needed, so that an unlucky one costs nothing.
    let private spare = 4

    /// Couplings of factors of these orders one after the other, by the orders after each factor but the first.
    let private paths (lambda: int) (most: int option) (orders: int list) : int list list =
        let fits l = most |> Option.forall (fun most -> l <= most)

        let rec along (l: int) (left: int list) : int list list =
            match left with
            | [] -> if l = lambda then [ [] ] else []
            | [ last ] -> if lambda >= abs (l - last) && lambda <= l + last then [ [ lambda ] ] else []
            | next :: rest -> [
                for L in abs (l - next) .. l + next do
                    if fits L then
                        for path in along L rest -> L :: path
              ]

        match orders with
        | [] -> if lambda = 0 then [ [] ] else []
        | first :: rest -> along first rest

    /// The components of largest M of all couplings at one point.
    let private row (forms: uint64[] list) (paths: int list list) : uint64[] =
        let made = Collections.Generic.Dictionary<int list, uint64[]>()

        // By the orders so far, the latest first: what couplings share is made once.
        let rec form (reversed: int list) (factors: uint64[] list) : uint64[] =
            match reversed, factors with
            | _, [ only ] -> only
            | latest :: before, factor :: rest ->
                match made.TryGetValue reversed with
                | true, found -> found
                | _ ->
                    let result = BinaryForms.couple latest (form before rest) factor
                    made[reversed] <- result
                    result
            | _ -> [| 1UL |]

        let factors = List.rev forms
        [| for path in paths -> (form (List.rev path) factors)[0] |]

    /// An element of the field.
    let private draw (random: Random) : uint64 = uint64 (random.NextInt64(int64 Modular.Prime))

    /// Columns, each at all points, that are no combination of those before them.
    let private independent (rows: uint64[][]) (columns: int) : int list =
        let kept = ResizeArray<struct (int * uint64[])>()

        [
            for c in 0 .. columns - 1 do
                let column = rows |> Array.map (fun row -> row[c])

                for struct (pivot, basis) in kept do
                    if column[pivot] <> 0UL then
                        let factor = column[pivot]

                        for k in 0 .. column.Length - 1 do
                            column[k] <- Modular.subtract column[k] (Modular.multiply factor basis[k])

                match Array.tryFindIndex ((<>) 0UL) column with
                | None -> ()
                | Some pivot ->
                    let scale = Modular.inverse column[pivot]
                    kept.Add(struct (pivot, column |> Array.map (Modular.multiply scale)))
                    c
        ]

    /// Of the given couplings of a pattern those that are no combination of those before them.
    let private keep (seed: int) (lambda: int) (pattern: Pattern) (paths: int list list) : int list list =
        let random = Random seed
        let points = min paths.Length (Pattern.multiplicity lambda pattern) + spare

        let rows = [|
            for _ in 1..points do
                let forms = [
                    for g in pattern do
                        yield! List.replicate g.Count (Array.init (2 * g.L + 1) (fun _ -> draw random))
                ]

                row forms paths
        |]

        let paths = Array.ofList paths
        [ for c in independent rows paths.Length -> paths[c] ]

    /// A basis of one pattern's multiplets of order λ.
    /// <param name="seed">Of the points.</param>
    /// <param name="most">The largest intermediate order; None: all. With a limit the basis can be incomplete.</param>
    /// <param name="lambda">λ.</param>
    /// <param name="pattern">The pattern.</param>
    let ofPattern (seed: int) (most: int option) (lambda: int) (pattern: Pattern) : PatternCouplings =
        let paths = paths lambda most (Pattern.orders pattern)

        {
            Pattern = pattern
            Multiplicity = Pattern.multiplicity lambda pattern
            Candidates = paths.Length
            Couplings = keep seed lambda pattern paths
        }

    /// Bases of all patterns that have any multiplet.
    /// <param name="seed">Of the points.</param>
    /// <param name="most">The largest intermediate order; None: all.</param>
    /// <param name="order">ν: the number of factors.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="lambda">λ.</param>
    /// <param name="sigma">σ: 1 or −1.</param>
    let all (seed: int) (most: int option) (order: int) (lmax: int) (lambda: int) (sigma: int) : PatternCouplings list =
        Pattern.all order lmax lambda sigma
        |> List.filter (fun pattern -> Pattern.multiplicity lambda pattern > 0)
        |> Array.ofList
        |> Array.Parallel.map (ofPattern seed most lambda)
        |> List.ofArray

    /// Whether couplings that somebody names exist and are independent, by points of another seed.
    let areIndependent (seed: int) (lambda: int) (pattern: Pattern) (couplings: int list list) : bool =
        let known = set (paths lambda None (Pattern.orders pattern))

        couplings |> List.forall known.Contains
        && List.distinct couplings = couplings
        && (keep seed lambda pattern couplings).Length = couplings.Length

    /// The number of independent blocks with so many channels for each l.
    let count (channels: int) (bases: PatternCouplings list) : Numerics.BigInteger =
        bases
        |> List.fold
            (fun sum b -> sum + Pattern.assignments channels b.Pattern * Numerics.BigInteger b.Couplings.Length)
            Numerics.BigInteger.Zero
