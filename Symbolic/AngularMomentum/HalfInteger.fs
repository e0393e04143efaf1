namespace Toolkit.Symbolic.AngularMomentum

open System
open System.Globalization

/// An integer or half-integer quantum number, held as its double so that j = 3/2 is exact.
[<Struct; CustomComparison; CustomEquality>]
type HalfInteger =
    private
        { twice: int }

    /// 2j as an integer: the form in which every selection rule is integer arithmetic.
    member this.Twice = this.twice

    /// True for 0, 1, 2, …; false for 1/2, 3/2, ….
    member this.IsInteger = this.twice &&& 1 = 0

    /// The quantum number n/2.
    static member FromTwice(n: int) = { twice = n }

    /// The integer quantum number n.
    static member FromInteger(n: int) = { twice = Checked.(*) 2 n }

    /// The integer quantum number n: where a HalfInteger is expected, C# and F# method calls take an int.
    static member op_Implicit(n: int) : HalfInteger = HalfInteger.FromInteger n

    /// Reads "2", "-1", "3/2", "-1/2" or decimals such as "1.5" and "2.0"; None for anything else.
    static member TryParse(text: string) : HalfInteger option =
        let integer (s: string) =
            match Int32.TryParse(s, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) with
            | true, n when abs (int64 n) <= int64 (Int32.MaxValue / 2) -> Some n
            | _ -> None

        let text = text.Trim()

        if text.EndsWith("/2", StringComparison.Ordinal) then
            integer (text.Substring(0, text.Length - 2)) |> Option.map HalfInteger.FromTwice
        else
            match text.IndexOf '.' with
            | -1 -> integer text |> Option.map HalfInteger.FromInteger
            | point ->
                let whole = text.Substring(0, point)
                let isHalf = text.AsSpan(point + 1).TrimEnd('0').SequenceEqual "5"
                let isWhole = point + 1 < text.Length && text.AsSpan(point + 1).TrimEnd('0').IsEmpty

                // −0.5 is below −0, though its whole part is not.
                let sign = if whole.StartsWith '-' then -1 else 1

                match integer whole with
                | Some n when isWhole -> Some(HalfInteger.FromInteger n)
                | Some n when isHalf && abs n < Int32.MaxValue / 4 -> Some(HalfInteger.FromTwice(2 * n + sign))
                | _ -> None

    /// "2" or "3/2".
    override this.ToString() =
        if this.IsInteger then
            string (this.twice / 2)
        else
            string this.twice + "/2"

    override this.Equals other =
        match other with
        | :? HalfInteger as o -> o.twice = this.twice
        | _ -> false

    override this.GetHashCode() = this.twice

    interface IComparable with
        member this.CompareTo other =
            match other with
            | :? HalfInteger as o -> compare this.twice o.twice
            | _ -> invalidArg (nameof other) "expected a HalfInteger"
