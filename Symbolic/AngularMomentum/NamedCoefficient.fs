namespace Toolkit.Symbolic.AngularMomentum

open System
open Toolkit.Symbolic.Algebra

/// One coefficient asked for in words, as on a command line: its exact value as text and the nearest float64.
type NamedCoefficient =
    { /// ±sqrt(p/q), for Gaunt's over √π; 0.
      Exact: string
      Value: float }

    /// The kinds that there are, for messages.
    static member Kinds = "3j, cg, real-cg, 6j, 9j or gaunt"

    /// What is wrong begins with the name of what is wrong: kind, j or m.
    /// kind: one of Kinds. j: three angular momenta, six of a 6j symbol (upper row, lower row), nine of a 9j symbol (row by row), integers
    /// or half-integers with commas or spaces between. m: their projections; for cg and real-cg the third is M; null for 6j and 9j.
    static member TryRead(kind: string, j: string, m: string | null) : Result<NamedCoefficient, string> =
        let numbers (name: string) (text: string) (count: int) =
            let parts =
                match text.Split(',', StringSplitOptions.TrimEntries) with
                | commas when commas.Length > 1 -> commas
                | _ -> text.Split(Array.empty<char>, StringSplitOptions.RemoveEmptyEntries)

            if parts.Length <> count then
                Error $"{name}: found {parts.Length} numbers in '{text}', expected {count} with commas or spaces between"
            else
                let read = parts |> Array.map HalfInteger.TryParse

                match Array.tryFindIndex Option.isNone read with
                | Some k -> Error $"{name}: found '{parts[k]}', expected an integer or a half-integer such as 3/2 or 1.5"
                | None -> Ok(Array.map Option.get read)

        let surd (value: Result<Surd, string>) =
            value |> Result.map (fun x -> { Exact = (if x.IsZero then "0" else string x); Value = x.ToDouble() })

        let three (of': HalfInteger[] -> HalfInteger[] -> Result<NamedCoefficient, string>) =
            match m with
            | null -> Error "m: expected m1,m2,m3"
            | m -> numbers "j" j 3 |> Result.bind (fun j -> numbers "m" m 3 |> Result.bind (of' j))

        let many (count: int) (of': HalfInteger[] -> Result<Surd, string>) =
            match m with
            | null -> numbers "j" j count |> Result.bind (of' >> surd)
            | _ -> Error $"m: a {kind} symbol has none"

        match kind with
        | "3j" -> three (fun j m -> surd (Wigner3j.tryExact(j[0], j[1], j[2], m[0], m[1], m[2])))
        | "cg" -> three (fun j m -> surd (ClebschGordan.tryExact(j[0], m[0], j[1], m[1], j[2], m[2])))
        | "real-cg" -> three (fun j m -> surd (RealCoupling.tryExact(j[0], m[0], j[1], m[1], j[2], m[2])))
        | "gaunt" ->
            three (fun j m ->
                Gaunt.tryExact(j[0], j[1], j[2], m[0], m[1], m[2])
                |> Result.map (fun (x: SurdOverRootPi) -> { Exact = (if x.IsZero then "0" else string x); Value = x.ToDouble() }))
        | "6j" -> many 6 (fun j -> Wigner6j.tryExact(j[0], j[1], j[2], j[3], j[4], j[5]))
        | "9j" -> many 9 Wigner9j.tryExact
        | _ -> Error $"kind: found '{kind}', expected {NamedCoefficient.Kinds}"
