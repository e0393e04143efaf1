namespace Toolkit.Symbolic.Tables

open System
open System.Globalization
open System.IO
open System.Security.Cryptography
open System.Text
open Toolkit.Symbolic.AngularMomentum

/// Writes tables as tab-separated text: comment lines, a line of column names, one line per non-zero coefficient in
/// increasing order of the columns; value = sign·√(p/q).
module TableText =

    let private zeroChecksum = String('0', 64)
    let private columns = "l1\tl2\tl3\tm1\tm2\tm3\tsign\tp\tq\tvalue"

    /// The lines of data of one block, sorted by (m1, m2, m3).
    let private appendBlock (text: StringBuilder) (spec: TableSpec) (l1: int) (l2: int) (l3: int) =
        let name n = string (HalfInteger.FromTwice n)
        let prefix = $"{name l1}\t{name l2}\t{name l3}\t"

        let entries =
            Coefficients.exactBlock spec.Kind l1 l2 l3
            |> Array.sortBy (fun (struct (i, _)) -> struct (i.TwiceM1, i.TwiceM2, i.TwiceM3))

        for (struct (i, v)) in entries do
            text
                .Append(prefix)
                .Append(name i.TwiceM1)
                .Append('\t')
                .Append(name i.TwiceM2)
                .Append('\t')
                .Append(name i.TwiceM3)
                .Append('\t')
                .Append(v.Sign)
                .Append('\t')
                .Append(v.Numerator.ToString CultureInfo.InvariantCulture)
                .Append('\t')
                .Append(v.Denominator.ToString CultureInfo.InvariantCulture)
                .Append('\t')
                .Append(v.ToDouble().ToString("R", CultureInfo.InvariantCulture))
                .Append('\n')
            |> ignore

    /// The comment lines. The checksum, SHA-256 of the lines that follow the comments, has its place even before it is
    /// known, so that the file is written in one pass.
    let private comments (spec: TableSpec) (checksum: string) =
        let command = spec.Command "tsv"
        let half = if spec.Half then "true" else "false"

        String.concat
            ""
            [ $"# generator: {command}\n"
              $"# parameters: kind={spec.Kind.Name} basis={spec.Kind.Basis} lmax={spec.LMaxText} half={half}\n"
              "# convention: toolkit (value = sign*sqrt(p/q), correctly rounded; zeros left out)\n"
              $"# checksum: sha256:{checksum}\n" ]

    /// Writes the table to the file `path`, which is there whole or not at all.
    [<CompiledName("WriteTsv")>]
    let writeTsv (spec: TableSpec) (path: string) : unit =
        AtomicFile.write path (fun stream ->
            use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
            stream.Write(Encoding.ASCII.GetBytes(comments spec zeroChecksum))

            let put (text: StringBuilder) =
                let bytes = Encoding.ASCII.GetBytes(text.ToString())
                hash.AppendData bytes
                stream.Write bytes
                text.Clear() |> ignore

            let text = StringBuilder()
            text.Append(columns).Append('\n') |> ignore

            for (struct (l1, l2, l3)) in spec.Blocks do
                appendBlock text spec l1 l2 l3

                if text.Length > 65536 then
                    put text

            put text
            stream.Position <- 0L
            stream.Write(Encoding.ASCII.GetBytes(comments spec (Convert.ToHexStringLower(hash.GetHashAndReset())))))
