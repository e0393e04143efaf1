namespace Toolkit.Symbolic.Hypergeometric

open System.Numerics
open Toolkit.Symbolic.Algebra

/// A symbol of angular-momentum theory: sign · √(ratio of factorials) · Σ_s F(s), in integer parameters, and the way
/// from its quantum numbers to those parameters. There are three, the 3j symbol, the 6j symbol and the elements of the matrices
/// of SU(2)'s representations; their definitions are part of what a reader has to trust.
[<Sealed>]
type Symbol
    private
    (
        name: string,
        term: Term,
        phase: Linear,
        normNumerator: Linear list,
        normDenominator: Linear list,
        physical: Linear list,
        quanta: string list,
        twiceQuanta: Linear list,
        parameters: Linear list
    ) =

    /// Sums of at most three of the physical forms, by their coefficients.
    let combinations: Map<BigInteger list, (BigInteger * int list) list> =
        let n = physical.Length

        [ for i in 0 .. n - 1 do
              [ i ]
              for k in i .. n - 1 do
                  [ i; k ]
                  for l in k .. n - 1 do
                      [ i; k; l ] ]
        |> List.map (fun chosen ->
            let sum =
                (Linear.zero term.Variables.Length, chosen)
                ||> List.fold (fun sum i -> Linear.add sum physical[i])

            sum.Coefficients, (sum.Constant, chosen))
        |> List.groupBy fst
        |> List.map (fun (coefficients, sums) -> coefficients, List.map snd sums)
        |> Map.ofList

    static let form (coefficients: int list) : Linear =
        Linear.ofIntegers (List.last coefficients) (List.take (coefficients.Length - 1) coefficients)

    static let three =
        //                 s  a  b  c  d  e  1
        let entry a b c d e = form [ 0; a; b; c; d; e; 0 ]

        let square =
            [ entry 0 0 1 0 1 // −j1+j2+j3
              entry 0 1 0 1 0 //  j1−j2+j3
              entry 1 0 0 0 0 //  j1+j2−j3
              entry 0 1 0 0 0 //  j1−m1
              entry 1 0 0 0 1 //  j2−m2
              entry 0 0 1 1 0 //  j3−m3
              entry 1 0 0 1 0 //  j1+m1
              entry 0 0 1 0 0 //  j2+m2
              entry 0 1 0 0 1 ] // j3+m3

        let term =
            { Variables = [ "s"; "a"; "b"; "c"; "d"; "e" ]
              Alternating = true
              Numerator = []
              Denominator =
                [ form [ 1; 0; 0; 0; 0; 0; 0 ]
                  form [ -1; 1; 0; 0; 0; 0; 0 ]
                  form [ -1; 0; 1; 0; 0; 0; 0 ]
                  form [ -1; 0; 0; 1; 0; 0; 0 ]
                  form [ 1; 0; 0; 0; 1; 0; 0 ]
                  form [ 1; 0; 0; 0; 0; 1; 0 ] ]
              Powers = [] }

        Symbol(
            "3j",
            term,
            entry 0 0 0 1 -1,
            square,
            [ form [ 0; 1; 1; 1; 1; 1; 1 ] ],
            square,
            [ "j1"; "j2"; "j3"; "m1"; "m2"; "m3" ],
            [ entry 1 1 0 1 0 // 2j1
              entry 1 0 1 0 1 // 2j2
              entry 0 1 1 1 1 // 2j3
              entry 1 -1 0 1 0 // 2m1
              entry -1 0 1 0 -1 // 2m2
              entry 0 1 -1 -1 1 ], // 2m3
            //     j1 j2 j3 m1 m2 m3
            [ form [ 1; 1; -1; 0; 0; 0; 0 ]
              form [ 1; 0; 0; -1; 0; 0; 0 ]
              form [ 0; 1; 0; 0; 1; 0; 0 ]
              form [ 0; -1; 1; 1; 0; 0; 0 ]
              form [ -1; 0; 1; 0; -1; 0; 0 ] ]
        )

    static let six =
        //                     s  A1 A2 A3 A4 B1 B2 1
        let a i = Linear.variable 7 i
        let quads = [ a 5; a 6; form [ 0; 1; 1; 1; 1; -1; -1; 0 ] ]
        let s = Linear.variable 7 0
        let differences = [ for q in quads do for i in 1..4 -> Linear.subtract q (a i) ]
        let b3 = quads[2]
        let next = Linear.plus BigInteger.One
        let twice i k q = Linear.subtract (Linear.add (a i) (a k)) q

        let term =
            { Variables = [ "s"; "A1"; "A2"; "A3"; "A4"; "B1"; "B2" ]
              Alternating = true
              Numerator = [ next s ]
              Denominator = [ for i in 1..4 -> Linear.subtract s (a i) ] @ [ for q in quads -> Linear.subtract q s ]
              Powers = [] }

        Symbol(
            "6j",
            term,
            Linear.zero 7,
            differences,
            [ for i in 1..4 -> next (a i) ],
            differences,
            [ "j1"; "j2"; "j3"; "l1"; "l2"; "l3" ],
            [ twice 1 2 (a 6); twice 1 3 b3; twice 1 4 (a 5); twice 3 4 (a 6); twice 2 4 b3; twice 2 3 (a 5) ],
            //     j1 j2 j3 l1 l2 l3
            [ form [ 1; 1; 1; 0; 0; 0; 0 ]
              form [ 1; 0; 0; 0; 1; 1; 0 ]
              form [ 0; 1; 0; 1; 0; 1; 0 ]
              form [ 0; 0; 1; 1; 1; 0; 0 ]
              form [ 1; 1; 0; 1; 1; 0; 0 ]
              form [ 0; 1; 1; 0; 1; 1; 0 ] ]
        )

    static let matrixElement =
        //                k  p  q  r
        let entry p q r = form [ 0; p; q; r; 0 ]
        let a, b, c, d = form [ -1; 1; 0; 0; 0 ], form [ 1; 0; 0; 1; 0 ], form [ 1; 0; 0; 0; 0 ], form [ -1; 0; 1; 0; 0 ]
        let square = [ entry 1 0 0; entry 0 1 1; entry 1 0 1; entry 0 1 0 ] // j+m, j−m, j+n, j−n

        let term =
            { Variables = [ "k"; "p"; "q"; "r" ]
              Alternating = false
              Numerator = []
              Denominator = [ a; b; c; d ]
              Powers = [ "a", a; "b", b; "c", c; "d", d ] }

        Symbol(
            "D",
            term,
            Linear.zero 4,
            square,
            [],
            square,
            [ "j"; "n"; "m" ],
            [ entry 1 1 1; entry 1 -1 1; entry 1 -1 -1 ],
            //     j  n  m
            [ form [ 1; 0; 1; 0 ]; form [ 1; -1; 0; 0 ]; form [ 0; 1; -1; 0 ] ]
        )

    /// Wigner's 3j symbol in Racah's form (DLMF 34.2.4), with a = j1+j2−j3, b = j1−m1, c = j2+m2, d = j3−j2+m1,
    /// e = j3−j1−m2:
    /// F(s) = (−1)^s / (s! (a−s)! (b−s)! (c−s)! (d+s)! (e+s)!), sign (−1)^(j1−j2−m3) = (−1)^(d−e), and under the root
    /// the nine entries of the Regge square over (J+1)!, J = a+b+c+d+e = j1+j2+j3.
    static member ThreeJ = three

    /// The 6j symbol {j1 j2 j3; l1 l2 l3} in Racah's form (DLMF 34.4.3): triads A1 = j1+j2+j3, A2 = j1+l2+l3,
    /// A3 = l1+j2+l3, A4 = l1+l2+j3, quads B1 = j1+j2+l1+l2, B2 = j2+j3+l2+l3, B3 = ΣA − B1 − B2,
    /// F(s) = (−1)^s (s+1)! / (Π (s−A_i)! Π (B_k−s)!), and under the root the twelve differences B_k − A_i over the
    /// four (A_i+1)!.
    static member SixJ = six

    /// The element D^j_nm of the matrix by which (u, v) → (a u + c v, b u + d v) acts on the binary forms u^(j+m) v^(j−m) /
    /// √((j+m)! (j−m)!), for any numbers a, b, c, d; Wigner's d^j_nm(β) for a = d = cos β/2, c = −b = sin β/2. With p = j+m,
    /// q = j−n, r = n−m: F(k) = a^(p−k) b^(r+k) c^k d^(q−k) / ((p−k)! (r+k)! k! (q−k)!), and under the root (j+m)! (j−m)!
    /// (j+n)! (j−n)! (Varshalovich 4.3.1 (2)).
    static member MatrixElement = matrixElement

    /// The symbol of that name.
    static member TryFind(name: string) = [ three; six; matrixElement ] |> List.tryFind (fun s -> s.Name = name)

    /// "3j", "6j" or "D".
    member _.Name = name

    /// How the variables of coefficients are written: the quantum numbers, then the letters.
    member _.Names = quanta @ term.Letters

    /// "3j(j1, j2, j3; m1, m2, m3)" with these arguments.
    member _.Call(arguments: string list) =
        let rows = arguments |> List.chunkBySize 3 |> List.map (fun row -> System.String.Join(", ", row))
        $"""{name}({System.String.Join("; ", rows)})"""

    /// The summand; its parameters are the symbol's integer parameters.
    member _.Term = term

    /// The sign is (−1)^Phase.
    member _.Phase = phase

    /// Under the square root, above: factorials of these.
    member _.NormNumerator = normNumerator

    /// Under the square root, below: factorials of these.
    member _.NormDenominator = normDenominator

    /// The symbol is defined where all of these are ≥ 0 (there every factorial above is of a natural number) and is
    /// 0 by definition elsewhere.
    member _.Physical = physical

    /// Names of the quantum numbers, in the order in which people write them.
    member _.Quanta = quanta

    /// Twice each quantum number as a form in the parameters.
    member _.TwiceQuanta = twiceQuanta

    /// Each parameter as a form in the quantum numbers.
    member _.Parameters = parameters

    /// What each variable of the term is in the quantum numbers; the index, which must not occur, is put to 0.
    member _.InQuanta = Linear.zero quanta.Length :: parameters

    /// The summand with the quantum numbers in place of the parameters, for people.
    member _.TermInQuanta: Term =
        let lifted = parameters |> List.map (fun x -> { x with Coefficients = BigInteger.Zero :: x.Coefficients })
        let put = Linear.substitute (Linear.variable (quanta.Length + 1) Term.Index :: lifted)

        { term with
            Variables = term.Variables.Head :: quanta
            Numerator = List.map put term.Numerator
            Denominator = List.map put term.Denominator
            Powers = term.Powers |> List.map (fun (x, e) -> x, put e) }

    /// A number that `form` (in the parameters) cannot fall below where the i-th physical form is ≥ bounds[i] for all
    /// i: the best that sums of up to three of them give. None if there is no such sum.
    member _.AtLeast(bounds: BigInteger list, form: Linear) : BigInteger option =
        if Linear.isConstant form then
            Some form.Constant
        else
            combinations.TryFind form.Coefficients
            |> Option.map (
                List.map (fun (constant, chosen) -> form.Constant - constant + List.sumBy (fun i -> bounds[i]) chosen)
                >> List.max
            )
