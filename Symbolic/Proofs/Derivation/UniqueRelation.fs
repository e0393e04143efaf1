namespace Toolkit.Symbolic.Proofs

open System
open System.Collections.Generic
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// What a relation that is unique up to a factor looks like along a random line: of each coefficient, the linear factors
/// that were recognised and the degree of the rest (−1: the coefficient is 0).
type internal Outline =
    { Parts: (Linear list * int)[]
      Origin: uint64[] }

    /// The largest total degree of a coefficient.
    member this.Degree = this.Parts |> Array.map (fun (factors, rest) -> factors.Length + rest) |> Array.max

/// Finds the one relation (up to a factor) among three shifted sums, of whatever degree: its outline along a line first,
/// then one coefficient from lines through a point, then the others, which are fixed by it, by interpolation. The work
/// grows with the number of coefficients, not with its cube.
[<RequireQualifiedAccess>]
module internal UniqueRelation =

    /// Degrees beyond this are not looked for along the line: the kernel's polynomials end at 31 in each variable.
    [<Literal>]
    let MostDegree = 60

    /// Equations that the vector of unknown polynomials with these values of monomials is proportional to w.
    let private proportional (w: uint64[]) (values: uint64[][]) =
        let n = w.Length
        let pivot = Array.findIndex ((<>) 0UL) w
        let starts = values |> Array.map _.Length |> Array.scan (+) 0

        [ for i in 0 .. n - 1 do
              if i <> pivot then
                  let row = Array.zeroCreate starts[n]
                  values[i] |> Array.iteri (fun k v -> row[starts[i] + k] <- Modular.multiply w[pivot] v)

                  values[pivot]
                  |> Array.iteri (fun k v ->
                      row[starts[pivot] + k] <- Modular.subtract 0UL (Modular.multiply w[i] v))

                  row ]

    let private single (system: PointSystem) point =
        match system.Relations point with
        | [ c ] -> Some c
        | _ -> None

    let private along (origin: uint64[]) (target: uint64[]) (t: uint64) =
        Array.map2
            (fun a b -> Modular.add a (Modular.multiply t (Modular.subtract b a)))
            origin
            target

    /// The outline; None where no relation of degree ≤ most is seen.
    let outline (system: PointSystem) (known: Linear list) (parameters: int) (most: int) (random: Random) : Outline option =
        let draw () = Array.init parameters (fun _ -> uint64 (random.NextInt64(1L, int64 Modular.Prime)))
        let origin, target = draw (), draw ()
        let n = system.Count
        let samples = List<uint64 * uint64[] option>()

        let sample i =
            while samples.Count <= i do
                let t = uint64 (samples.Count + 2)
                samples.Add((t, single system (along origin target t)))

            samples[i]

        let rec polynomials d =
            if d > min most MostDegree then
                None
            else
                let points = [ for i in 0 .. n * (d + 1) / (n - 1) + 2 -> sample i ]

                let rows =
                    [ for t, w in points do
                          match w with
                          | Some w ->
                              let powers = Array.init (d + 1) (fun k -> Modular.power t (uint64 k))
                              yield! proportional w (Array.create n powers)
                          | None -> () ]

                match Modular.nullSpace (n * (d + 1)) rows with
                | [ v ] -> Some(v |> Array.chunkBySize (d + 1) |> Array.map Univariate.trim)
                | _ -> polynomials (d + 1)

        let split (f: uint64[]) =
            let mutable rest = f
            let factors = List<Linear>()

            for form in known do
                let atOrigin = Guess.formAt form origin
                let slope = Modular.subtract (Guess.formAt form target) atOrigin

                if slope <> 0UL then
                    let root = Modular.multiply (Modular.subtract 0UL atOrigin) (Modular.inverse slope)

                    while rest.Length > 1 && Univariate.valueAt rest root = 0UL do
                        factors.Add form
                        rest <- Univariate.deflate root rest

            List.ofSeq factors, rest.Length - 1

        polynomials 0
        |> Option.map (fun polynomials ->
            { Origin = origin
              Parts = polynomials |> Array.map (fun f -> if f.Length = 0 then [], -1 else split f) })

    /// All the values, or None.
    let private all (values: 'a option[]) =
        if Array.forall Option.isSome values then Some(Array.map Option.get values) else None

    /// One rest on a grid, relative to its value at the outline's origin, by lines through that point.
    let private restOnGrid (system: PointSystem) (outline: Outline) (which: int) (grid: SimplexGrid) =
        let parts = outline.Parts
        let n = parts.Length
        let widths = parts |> Array.map (fun (_, d) -> d + 1)
        let starts = Array.scan (+) 0 widths
        let unknowns = starts[n]

        grid.Points
        |> Array.map (fun target ->
            let rows =
                [ for i in 0 .. unknowns / (n - 1) + 2 do
                      let t = uint64 (i + 2)
                      let point = along outline.Origin target t

                      match single system point with
                      | Some w ->
                          let values =
                              parts
                              |> Array.map (fun (factors, d) ->
                                  let known = Guess.productAt factors point
                                  Array.init (d + 1) (fun k -> Modular.multiply known (Modular.power t (uint64 k))))

                          yield! proportional w values
                      | None -> () ]

            match Modular.nullSpace unknowns rows with
            | [ v ] when v[starts[which]] <> 0UL ->
                // t = 0 is the origin, t = 1 the target.
                let there = Array.fold Modular.add 0UL v[starts[which] .. starts[which + 1] - 1]
                Some(Modular.multiply there (Modular.inverse v[starts[which]]))
            | _ -> None)
        |> all

    /// The relation with this outline.
    let guess (system: PointSystem) (outline: Outline) (random: Random) : Guess list option =
        let parts = outline.Parts
        let parameters = outline.Origin.Length
        let nonZero = [ 0 .. parts.Length - 1 ] |> List.filter (fun i -> snd parts[i] >= 0)
        let least = nonZero |> List.minBy (fun i -> snd parts[i])
        let gridOf d = SimplexGrid(parameters, d, random)

        let first =
            match snd parts[least] with
            | 0 -> Some Polynomial.One
            | d ->
                let grid = gridOf d

                restOnGrid system outline least grid
                |> Option.bind (grid.Interpolate >> Modular.tryIntegers)
                |> Option.map (Guess.polynomial 0 grid.Exponents)

        first
        |> Option.bind (fun first ->
            let grid = gridOf (nonZero |> List.map (fun i -> snd parts[i]) |> List.max)
            let firstValue = Modular.evaluator first (parameters + 1)
            let firstAt (point: uint64[]) = firstValue (Array.append [| 0UL |] point)

            // The rest of the others over that of `least`, at every point.
            let others = nonZero |> List.filter (fun i -> i <> least)

            grid.Points
            |> Array.map (fun point ->
                single system point
                |> Option.bind (fun w ->
                    let known i = Guess.productAt (fst parts[i]) point
                    let below i = Modular.multiply w[least] (known i)

                    if others |> List.exists (fun i -> below i = 0UL) then
                        None
                    else
                        let whole = Modular.multiply (firstAt point) (known least)

                        Some
                            [ for i in others ->
                                  Modular.multiply (Modular.multiply whole w[i]) (Modular.inverse (below i)) ]))
            |> all
            |> Option.bind (fun values ->
                others
                |> List.mapi (fun k _ -> grid.Interpolate(values |> Array.map (fun v -> v[k])))
                |> Guess.integers)
            |> Option.map (fun (scale, vectors) ->
                let rests = List.zip others (vectors |> List.map (Guess.polynomial 0 grid.Exponents)) |> Map.ofList

                let rest i =
                    if i = least then scale * first
                    else rests.TryFind i |> Option.defaultValue Polynomial.Zero

                let content =
                    nonZero |> List.fold (fun g i -> BigInteger.GreatestCommonDivisor(g, (rest i).Content)) BigInteger.Zero

                // The sign is a convention: the last term of the first coefficient is positive.
                let _, last = Seq.last ((rest nonZero.Head).Terms(parameters + 1))
                let content = if last.Sign < 0 then -content else content

                [ for i in 0 .. parts.Length - 1 ->
                      { Factors = fst parts[i]
                        Rest = ((rest i).TryDivide(Polynomial.Constant content)).Value } ]))
