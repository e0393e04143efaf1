namespace Toolkit.Symbolic.Hypergeometric

open Toolkit.Symbolic.Algebra

/// A symbol of angular-momentum theory: sign · √(ratio of factorials) · Σ_s F(s), in integer parameters, and the way
/// from its quantum numbers to those parameters.
type Symbol =
    {
        /// "3j" or "6j".
        Name: string
        /// The summand; its parameters are the symbol's integer parameters.
        Term: Term
        /// The sign is (−1)^Phase.
        Phase: Linear
        /// Under the square root, above: factorials of these.
        NormNumerator: Linear list
        /// Under the square root, below: factorials of these.
        NormDenominator: Linear list
        /// The symbol is defined where all of these are ≥ 0 (there every factorial above is of a natural number) and is
        /// 0 by definition elsewhere.
        Physical: Linear list
        /// Names of the quantum numbers, in the order in which people write them.
        Quanta: string[]
        /// Twice each quantum number as a form in the parameters.
        TwiceQuanta: Linear[]
        /// Each parameter as a form in the quantum numbers.
        Parameters: Linear[]
    }

/// The 3j and 6j symbols as data. These definitions are part of what a reader has to trust.
[<RequireQualifiedAccess>]
module Symbol =

    /// Reads a form from coefficients: index first, then the parameters, the constant last.
    let private form (coefficients: int list) : Linear =
        let n = coefficients.Length - 1
        { Constant = List.last coefficients; Coefficients = Array.ofList (List.take n coefficients) }

    /// Wigner's 3j symbol in Racah's form (DLMF 34.2.4), with a = j1+j2−j3, b = j1−m1, c = j2+m2, d = j3−j2+m1,
    /// e = j3−j1−m2:
    /// F(s) = (−1)^s / (s! (a−s)! (b−s)! (c−s)! (d+s)! (e+s)!), sign (−1)^(j1−j2−m3) = (−1)^(d−e), and under the root
    /// the nine entries of the Regge square over (J+1)!, J = a+b+c+d+e = j1+j2+j3.
    let threeJ: Symbol =
        //                 s  a  b  c  d  e  1
        let entry a b c d e = form [ 0; a; b; c; d; e; 0 ]
        let names = [| "j1"; "j2"; "j3"; "m1"; "m2"; "m3" |]

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

        { Name = "3j"
          Term =
            { Variables = [| "s"; "a"; "b"; "c"; "d"; "e" |]
              Alternating = true
              Numerator = []
              Denominator =
                [ form [ 1; 0; 0; 0; 0; 0; 0 ]
                  form [ -1; 1; 0; 0; 0; 0; 0 ]
                  form [ -1; 0; 1; 0; 0; 0; 0 ]
                  form [ -1; 0; 0; 1; 0; 0; 0 ]
                  form [ 1; 0; 0; 0; 1; 0; 0 ]
                  form [ 1; 0; 0; 0; 0; 1; 0 ] ] }
          Phase = entry 0 0 0 1 -1
          NormNumerator = square
          NormDenominator = [ form [ 0; 1; 1; 1; 1; 1; 1 ] ]
          Physical = square
          Quanta = names
          TwiceQuanta =
            [| entry 1 1 0 1 0 // 2j1
               entry 1 0 1 0 1 // 2j2
               entry 0 1 1 1 1 // 2j3
               entry 1 -1 0 1 0 // 2m1
               entry -1 0 1 0 -1 // 2m2
               entry 0 1 -1 -1 1 |] // 2m3
          Parameters =
            //      j1 j2 j3 m1 m2 m3
            [| form [ 1; 1; -1; 0; 0; 0; 0 ]
               form [ 1; 0; 0; -1; 0; 0; 0 ]
               form [ 0; 1; 0; 0; 1; 0; 0 ]
               form [ 0; -1; 1; 1; 0; 0; 0 ]
               form [ -1; 0; 1; 0; -1; 0; 0 ] |] }

    /// The 6j symbol {j1 j2 j3; l1 l2 l3} in Racah's form (DLMF 34.4.3): triads A1 = j1+j2+j3, A2 = j1+l2+l3,
    /// A3 = l1+j2+l3, A4 = l1+l2+j3, quads B1 = j1+j2+l1+l2, B2 = j2+j3+l2+l3, B3 = ΣA − B1 − B2,
    /// F(s) = (−1)^s (s+1)! / (Π (s−A_i)! Π (B_k−s)!), and under the root the twelve differences B_k − A_i over the
    /// four (A_i+1)!.
    let sixJ: Symbol =
        //                     s  A1 A2 A3 A4 B1 B2 1
        let a i = Linear.variable 7 i
        let quads = [ a 5; a 6; form [ 0; 1; 1; 1; 1; -1; -1; 0 ] ]
        let s = Linear.variable 7 0
        let differences = [ for q in quads do for i in 1..4 -> Linear.subtract q (a i) ]
        let b3 = quads[2]
        let twice i k q = Linear.subtract (Linear.add (a i) (a k)) q

        { Name = "6j"
          Term =
            { Variables = [| "s"; "A1"; "A2"; "A3"; "A4"; "B1"; "B2" |]
              Alternating = true
              Numerator = [ Linear.plus 1 s ]
              Denominator = [ for i in 1..4 -> Linear.subtract s (a i) ] @ [ for q in quads -> Linear.subtract q s ] }
          Phase = Linear.constant 7 0
          NormNumerator = differences
          NormDenominator = [ for i in 1..4 -> Linear.plus 1 (a i) ]
          Physical = differences
          Quanta = [| "j1"; "j2"; "j3"; "l1"; "l2"; "l3" |]
          TwiceQuanta =
            [| twice 1 2 (a 6); twice 1 3 b3; twice 1 4 (a 5); twice 3 4 (a 6); twice 2 4 b3; twice 2 3 (a 5) |]
          Parameters =
            //      j1 j2 j3 l1 l2 l3
            [| form [ 1; 1; 1; 0; 0; 0; 0 ]
               form [ 1; 0; 0; 0; 1; 1; 0 ]
               form [ 0; 1; 0; 1; 0; 1; 0 ]
               form [ 0; 0; 1; 1; 1; 0; 0 ]
               form [ 1; 1; 0; 1; 1; 0; 0 ]
               form [ 0; 1; 1; 0; 1; 1; 0 ] |] }
