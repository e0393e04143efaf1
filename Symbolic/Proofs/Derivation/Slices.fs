namespace Toolkit.Symbolic.Proofs

open System
open Toolkit.Symbolic.Algebra

/// What is known about relations with coefficients of total degree ≤ d.
type internal DegreeAnswer =
    /// There are none: on a random slice of parameter space, to which every relation restricts, the equations leave none
    /// of the unknown coefficients free.
    | Excluded of dimension: int * equations: int * unknowns: int
    /// A basis modulo p, one vector of coefficients for each shift, in the order of `SimplexGrid.Monomials`.
    | Present of uint64[][] list
    /// Present on all slices that were tried; the next one has too many unknowns.
    | Unsettled

/// Relations among four or more shifted sums, of which there are several: searched for by degree, on slices of growing
/// dimension, so that most degrees are excluded by a small linear system.
[<RequireQualifiedAccess>]
module internal Slices =

    /// Linear systems with more unknowns are not solved.
    [<Literal>]
    let MostUnknowns = 1000

    let atDegree (system: PointSystem) (parameters: int) (d: int) (random: Random) : DegreeAnswer =
        let draw n = Array.init n (fun _ -> uint64 (random.NextInt64(1L, int64 Modular.Prime)))

        let rec slice k =
            let support = SimplexGrid.Monomials(k, d) |> List.map Array.ofList |> Array.ofList
            let unknowns = support.Length * system.Count

            if unknowns > MostUnknowns then
                Unsettled
            else
                let origin, directions = draw parameters, Array.init k (fun _ -> draw parameters)

                let equationsAt () =
                    let t = draw k

                    let point =
                        if k = parameters then
                            t
                        else
                            Array.init parameters (fun i ->
                                let mutable x = origin[i]

                                for a in 0 .. k - 1 do
                                    x <- Modular.add x (Modular.multiply t[a] directions[a].[i])

                                x)

                    let values =
                        support
                        |> Array.map (fun e ->
                            (1UL, Array.zip t e)
                            ||> Array.fold (fun acc (x, n) -> Modular.multiply acc (Modular.power x (uint64 n))))

                    system.Equations point
                    |> List.map (fun a ->
                        [| for c in a do
                               for v in values -> Modular.multiply c v |])

                let each = (equationsAt ()).Length

                if each = 0 then
                    Present []
                else
                    let rows = [ for _ in 0 .. unknowns / each + 5 do yield! equationsAt () ]

                    match Modular.nullSpace unknowns rows with
                    | [] -> Excluded(k, rows.Length, unknowns)
                    | vectors when k = parameters -> Present(vectors |> List.map (Array.chunkBySize support.Length))
                    | _ -> slice (k + 1)

        slice 1
