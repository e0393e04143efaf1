namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Coupling by Clebsch–Gordan coefficients makes a standard family out of two.
[<Sealed>]
type CouplingLadder internal () =
    inherit Statement(box "coupling ladder")

    override _.Text =
        "for all j1, j2, J with the same kind (integer or half-integer) as allowed and all M = -J..J, n1 = -j1..j1, n2 \
         = -j2..j2 with n1 + n2 = M +- 1: sqrt((j1 +- n1)*(j1 -+ n1 + 1))*C(n1 -+ 1, n2; M) + sqrt((j2 +- n2)*(j2 -+ \
         n2 + 1))*C(n1, n2 -+ 1; M) = sqrt((J -+ M)*(J +- M + 1))*C(n1, n2; M +- 1), where C(m1, m2; M) = (-1)**(j1 - \
         j2 + M)*sqrt(2*J + 1)*3j(j1, j2, J; m1, m2, -M)"

/// From the ladder relations of the 3j symbol to those of the coupling coefficients.
[<RequireQualifiedAccess>]
module Couplings =

    /// The relation Σ_i √((j_i − s n_i)(j_i + s n_i + 1)) 3j(n_i + s) = 0 for n1+n2+n3 = −s, |n_i| ≤ j_i, as it must be
    /// stated: relative to the symbol with m1 = n1 + s, m2 = n2, m3 = n3.
    let private expected (s: int) =
        let integers = List.map (fun (k: int) -> BigInteger k)

        // j_i + a·m_i + k
        let form i (a: int) (k: int) =
            Linear.add (Linear.variable 6 i) (Linear.scale (BigInteger a) (Linear.variable 6 (3 + i)))
            |> Linear.plus (BigInteger k)

        let root i = if i = 0 then [ form 0 -s 1; form 0 s 0 ] else [ form i -s 0; form i s 1 ]

        let shift i =
            [ for k in 0..5 -> if i = 0 then 0 elif k = 3 then -2 * s elif k = 3 + i then 2 * s else 0 ] |> integers

        [ for i in 0..2 -> shift i, List.sort (root i) ] |> List.sort,
        Bounds(integers [ 0; 0; 0; -s; 0; 0; s; 0; 0 ])

    let private argument =
        "written argument 'coupling ladder': the ladder relations of the 3j symbol, read with n3 = -M and the factor \
         (-1)**(j1 - j2 + M)*sqrt(2*J + 1), are those of the coupling coefficients"

    let private isLadder (s: int) (statement: Statement) =
        match statement with
        | :? SymbolRelation as relation when relation.Symbol = Symbol.ThreeJ ->
            let terms, domain = expected s
            let found = relation.Terms |> List.map (fun t -> t.Shift, List.sort t.Radicand) |> List.sort
            let coefficients = relation.Terms |> List.map _.Coefficient |> List.distinct

            found = terms
            && coefficients.Length = 1
            && coefficients.Head.TotalDegree = 0
            && List.contains domain relation.Domains
            // There the coefficients of symbols outside their domain must vanish too: components outside −j…j do not
            // exist.
            && List.contains domain relation.Vanishing
        | _ -> false

    /// Proves `CouplingLadder` from the two ladder relations of the 3j symbol. With n3 = −M and the common factor
    /// (−1)^{j1−j2+M} √(2J+1), C(n1 ∓ 1, n2; M) and C(n1, n2 ∓ 1; M) are the 3j symbols with n1 or n2 lowered (raised),
    /// and C(n1, n2; M ± 1) is minus the one with n3 lowered (raised): the sign is that of (−1)^{M ± 1}. Raising M is
    /// thus the relation with s = −1, lowering it that with s = 1.
    let ladder (raising: Theorem) (lowering: Theorem) : Result<Theorem, string> =
        if isLadder 1 raising.Statement && isLadder -1 lowering.Statement then
            Ok(Rule.concludes "coupling-ladder" (CouplingLadder()) [ raising; lowering ] [ argument ])
        else
            Error "the premises are not the two ladder relations of the 3j symbol"
