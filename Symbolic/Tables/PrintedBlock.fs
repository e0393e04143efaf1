namespace Toolkit.Symbolic.Tables

open System
open System.Globalization
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// The size of a coefficient as text formats print it: p and q of √(p/q), and the shortest decimal that reads back as the
/// rounded value. They are made when they are first asked for, and not again.
[<Sealed>]
type internal PrintedSize(spec: TableSpec, size: Surd) =
    let mutable p: string | null = null
    let mutable q: string | null = null
    let mutable value: string | null = null

    let kept (text: byref<string | null>) (make: unit -> string) : string =
        match text with
        | null ->
            let made = make ()
            text <- made
            made
        | made -> made

    /// p.
    member _.P = kept &p (fun () -> size.Numerator.ToString CultureInfo.InvariantCulture)
    /// q.
    member _.Q = kept &q (fun () -> size.Denominator.ToString CultureInfo.InvariantCulture)

    /// The decimal.
    member _.Value =
        kept &value (fun () ->
            let rounded = spec.Round size

            if spec.Precision.IsSingle then
                (float32 rounded).ToString("R", CultureInfo.InvariantCulture)
            else
                rounded.ToString("R", CultureInfo.InvariantCulture))

/// An entry of a text table.
[<Struct; NoEquality; NoComparison>]
type internal PrintedEntry =
    { Index: TableIndex
      Sign: int
      Size: PrintedSize }

/// The non-zero entries of one block as text formats print them. An exact coefficient costs microseconds, and as much again to
/// print, so entries of equal size share one: those with all m reversed (a factor 2), and in the real basis those with any signs of
/// the three m, which come from one complex coefficient.
module internal PrintedBlock =

    /// The sign of an entry against that of the entries that share its size, and the number of that size, in 0 … 2·n − 1 for the
    /// n = (l1 + 1)(l2 + 1) pairs of doubled arguments.
    let private place (spec: TableSpec) (l1: int) (l2: int) (l3: int) (m1: int) (m2: int) (m3: int) : struct (int * int) =
        let number m1 m2 = ((m1 + l1) / 2) * (l2 + 1) + (m2 + l2) / 2

        match spec.Kind with
        | RealCg ->
            let odd = ((l1 + l2 + l3) / 2) &&& 1 = 1

            match RealCoupling.pattern odd (m1 / 2) (m2 / 2) (m3 / 2) with
            | ValueNone -> struct (0, 0)
            | ValueSome(struct (_, _, k, _)) ->
                let isSum = abs m3 = abs m1 + abs m2
                struct (Coefficients.strip (if odd then k + 3 else k), 2 * number (abs m1) (abs m2) + (if isSum then 1 else 0))
        | _ ->
            if m1 > 0 || (m1 = 0 && m2 >= 0) then
                struct (1, 2 * number m1 m2)
            else
                let turns = if spec.Kind.IsCg then (l1 + l2 - l3) / 2 else (l1 + l2 + l3) / 2
                struct (Arguments.parity turns, 2 * number -m1 -m2)

    /// The entries in increasing order of (m1, m2, m3).
    let entries (spec: TableSpec) (l1: int) (l2: int) (l3: int) : PrintedEntry[] =
        let allowed = Coefficients.allowed spec l1 l2 l3
        let keys = allowed |> Array.map (fun (struct (m1, m2, m3)) -> ((m1 + 256) <<< 20) + ((m2 + 256) <<< 10) + m3 + 256)
        Array.Sort(keys, allowed)

        // A 6j symbol's lower row shares nothing here.
        let isShared = not spec.Kind.IsSixJ
        let known: (PrintedSize | null)[] = Array.zeroCreate (if isShared then 2 * (l1 + 1) * (l2 + 1) else 0)
        let signs = Array.zeroCreate<int> known.Length
        let isVisited = Array.zeroCreate<bool> known.Length

        let scale =
            match spec.Kind with
            | Cg
            | RealCg -> Coefficients.scaleOf spec.Convention l1 l2 l3
            | ThreeJ
            | Gaunt
            | SixJ -> Surd.One

        let printed (value: Surd) : PrintedSize | null =
            if value.IsZero then
                null
            else
                let value = if value.Sign < 0 then -value else value
                PrintedSize(spec, (if scale = Surd.One then value else value * scale))

        [| for struct (m1, m2, m3) in allowed do
               let index =
                   { TwiceL1 = l1
                     TwiceL2 = l2
                     TwiceL3 = l3
                     TwiceM1 = m1
                     TwiceM2 = m2
                     TwiceM3 = m3 }

               let struct (sign, size) =
                   if isShared then
                       let struct (sign, at) = place spec l1 l2 l3 m1 m2 m3

                       if sign <> 0 && not isVisited[at] then
                           let value = spec.Kind.Exact index
                           isVisited[at] <- true
                           signs[at] <- sign * value.Sign
                           known[at] <- printed value

                       if sign = 0 then struct (0, null) else struct (sign * signs[at], known[at])
                   else
                       let value = spec.Kind.Exact index
                       struct (value.Sign, printed value)

               match size with
               | null -> ()
               | size ->
                   let turned =
                       match spec.Kind with
                       | Cg
                       | RealCg -> sign * Coefficients.signOf spec.Convention index
                       | ThreeJ
                       | Gaunt
                       | SixJ -> sign

                   { Index = index; Sign = turned; Size = size } |]
