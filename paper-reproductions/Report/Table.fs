namespace Toolkit.Reproductions.Report

open System
open System.Globalization
open System.Text

/// One value of a figure's table.
type Cell =
    | Text of string
    | Number of float
    | Whole of int

/// The numbers of a figure: what its CSV file holds, and what its plot is drawn from.
type Table =
    { Columns: string list
      Rows: Cell list list }

    /// Names that are distinct and rows of their length, with finite numbers; throws otherwise.
    static member Create(columns: string list, rows: Cell list list) =
        if columns.IsEmpty || List.distinct columns <> columns then
            invalidArg (nameof columns) "expected distinct names"

        rows
        |> List.iteri (fun i row ->
            if row.Length <> columns.Length then
                invalidArg (nameof rows) $"row {i} has {row.Length} values; expected {columns.Length}"

            for column, cell in List.zip columns row do
                match cell with
                | Number x when not (Double.IsFinite x) -> invalidArg (nameof rows) $"row {i}, {column}: {x} is not finite"
                | _ -> ())

        { Columns = columns; Rows = rows }

/// Comma-separated values (RFC 4180), after comment lines that begin with "#".
module Csv =

    let private field (text: string) =
        // A leading # would make the line a comment.
        if text.AsSpan().IndexOfAny(",\"\r\n#") >= 0 then
            "\"" + text.Replace("\"", "\"\"") + "\""
        else
            text

    let private cell (value: Cell) =
        match value with
        | Text text -> field text
        | Number x -> x.ToString("R", CultureInfo.InvariantCulture)
        | Whole n -> n.ToString CultureInfo.InvariantCulture

    /// The file's text. Numbers are written so that reading them gives the same number.
    let text (comments: string list) (table: Table) : string =
        let out = StringBuilder()

        for comment in comments do
            for line in comment.Split '\n' do
                out.Append("# ").Append(line.TrimEnd()).Append('\n') |> ignore

        let line (fields: string list) = out.AppendJoin(',', fields).Append('\n') |> ignore
        line (List.map field table.Columns)
        List.iter (List.map cell >> line) table.Rows
        out.ToString()
