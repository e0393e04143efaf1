/// The report as one HTML file that needs nothing else: style and pictures are inside.
module Toolkit.Reproductions.Report.Html

open System
open System.Globalization
open System.Net
open System.Text

/// What the report says of the run as a whole.
type Run =
    { Command: string
      Settings: Setting list
      Versions: Setting list
      Proved: Proved list
      /// Checks that belong to no paper.
      Checks: Check list
      Chapters: Chapter list
      /// The SVG of a figure, by chapter folder and figure id.
      Picture: string -> string -> string
      Seconds: float }

let escape (text: string) : string = nonNull (WebUtility.HtmlEncode text)

let private seconds (s: float) =
    (if s < 0.095 then (1000. * s).ToString("0", CultureInfo.InvariantCulture) + " ms"
     else s.ToString((if s < 9.95 then "0.0" else "0"), CultureInfo.InvariantCulture) + " s")

let private style = """
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5a6470; --paper: #fbfaf7; --card: #ffffff; --line: #d9d7d0;
        --good: #00745a; --bad: #b3261e; --link: #0a5ea8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e4df; --soft: #a2a8b0; --paper: #15171a; --card: #1d2024;
        --line: #363b42; --good: #4fc3a1; --bad: #ff8a80; --link: #79b8f2; } figure svg { filter: brightness(1.4); } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16.5px/1.6 Charter, "Bitstream Charter", "Iowan Old Style",
       Georgia, serif; }
main { max-width: 52rem; margin: 0 auto; padding: 3.5rem 1.4rem 5rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.4rem; margin: 3.2rem 0 .6rem; padding-top: 1.2rem; border-top: 1px solid var(--line); line-height: 1.3; }
h3 { font-size: 1.05rem; margin: 2rem 0 .4rem; }
p { margin: .5rem 0 1rem; } a { color: var(--link); }
.lead, .source { color: var(--soft); } .source { font-style: italic; margin-top: -.3rem; }
figure { margin: 2rem 0 2.4rem; padding: 1.3rem 1.3rem 1rem; background: var(--card); border: 1px solid var(--line);
         border-radius: 6px; }
figure .picture { overflow-x: auto; text-align: center; color: var(--ink); }
figure svg .ground { fill: var(--card); }
figure svg { max-width: 100%; height: auto; }
figcaption { font-size: .92rem; line-height: 1.5; margin-top: .9rem; }
figcaption .files { font-family: system-ui, sans-serif; font-size: .8rem; color: var(--soft); margin: .6rem 0 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font: .86rem/1.45 system-ui, sans-serif; margin: .6rem 0 1.4rem;
        font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); border-bottom: 1.5px solid var(--line); padding: .35rem .8rem .35rem 0; }
td { border-bottom: 1px solid var(--line); padding: .4rem .8rem .4rem 0; vertical-align: top; }
td p { margin: .2rem 0; } td math { font-size: 1.1em; } td ol, td ul { margin: .2rem 0; padding-left: 1.6rem; } summary { cursor: pointer; }
td.n, th.n { text-align: right; white-space: nowrap; padding-right: 0; }
td.k { white-space: nowrap; color: var(--soft); width: 1%; padding-right: 1.6rem; }
.passed { color: var(--good); font-weight: 600; white-space: nowrap; } .failed { color: var(--bad); font-weight: 700; white-space: nowrap; }
code { font: .88em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
@media print { body { background: #fff; } main { padding: 0; max-width: none; } figure { break-inside: avoid; } }
"""

let private settings (out: StringBuilder) (items: Setting list) =
    out.Append "<div class=\"scroll\"><table>\n" |> ignore

    for name, value in items do
        out.Append($"<tr><td class=\"k\">{escape name}</td><td>{escape value}</td></tr>\n") |> ignore

    out.Append "</table></div>\n" |> ignore

let private verdict good bad passed =
    if passed then $"<span class=\"passed\">✓ {good}</span>" else $"<span class=\"failed\">✗ {bad}</span>"

let private checks (out: StringBuilder) (items: Check list) =
    out.Append "<div class=\"scroll\"><table>\n<tr><th>Law</th><th>Found</th><th></th><th class=\"n\">Time</th></tr>\n"
    |> ignore

    for check in items do
        out
            .Append($"<tr><td>{escape check.Law}</td><td>{escape check.Found}</td>")
            .Append($"""<td>{verdict "holds" "FAILED" check.Passed}</td><td class="n">{seconds check.Seconds}</td></tr>""")
            .Append('\n')
        |> ignore

    out.Append "</table></div>\n" |> ignore

let private theorems (out: StringBuilder) (items: Proved list) =
    out
        .Append("<div class=\"scroll\"><table>\n<tr><th>Theorem</th><th>Method</th><th class=\"n\">Terms</th><th></th>")
        .Append("<th class=\"n\">Time</th></tr>\n")
    |> ignore

    for item in items do
        let says = item.Failure |> Option.map (fun why -> $"<p>{escape why}</p>") |> Option.defaultValue item.Statement
        let facts = item.Assumed |> List.map (fun fact -> $"<li>{escape fact}</li>") |> String.concat ""
        let assumed =
            if facts = "" then "" else $"<details><summary>assumed, not checked: {item.Assumed.Length}</summary><ul>{facts}</ul></details>"

        out
            .Append($"<tr><td><code>{escape item.Name}</code>{says}{assumed}</td><td>{escape item.Method}</td>")
            .Append($"<td class=\"n\">{item.Size}</td><td>")
            .Append(verdict "proved" "FAILED" item.Failure.IsNone)
            .Append($"</td><td class=\"n\">{seconds item.Seconds}</td></tr>\n")
        |> ignore

    out.Append "</table></div>\n" |> ignore

/// An SVG that stands inside HTML: without what only a file of its own needs.
let private inlined (svg: string) = svg.Substring(svg.IndexOf("<svg", StringComparison.Ordinal))

let private figure (out: StringBuilder) (run: Run) (chapter: Chapter) (number: int) (figure: Figure) =
    let file (suffix: string) = $"{chapter.Folder}/{figure.Id}{suffix}"
    let link suffix (name: string) = $"<a href=\"{escape (file suffix)}\">{name}</a>"

    out
        .Append($"<figure id=\"{escape figure.Id}\">\n<div class=\"picture\" tabindex=\"0\">")
        .Append(inlined (run.Picture chapter.Folder figure.Id))
        .Append($"</div>\n<figcaption><p><strong>Figure {number}. {escape figure.Title}.</strong> {escape figure.Caption}</p>")
        .Append($"<p>{escape figure.Conclusion}</p>")
        .Append("""<p class="files">""")
        .Append(link ".csv" "numbers (CSV)")
        .Append(" · ")
        .Append(link ".svg" "SVG")
        .Append(" · ")
        .Append(link ".png" "PNG")
        .Append("</p></figcaption>\n</figure>\n")
    |> ignore

/// The file's text.
let text (run: Run) : string =
    let out = StringBuilder()
    let allChecks = run.Checks @ (run.Chapters |> List.collect (fun chapter -> chapter.Checks))
    let failed = (allChecks |> List.filter (fun c -> not c.Passed)).Length + (run.Proved |> List.filter _.Failure.IsSome).Length
    let count n (one: string) = if n = 1 then $"1 {one}" else $"{n} {one}s"

    let summary =
        [ count (run.Chapters |> List.sumBy (fun chapter -> chapter.Figures.Length)) "figure"
          if not run.Proved.IsEmpty then
              count run.Proved.Length "theorem" + " proved anew"
          count allChecks.Length "check" + " made"
          if failed = 0 then "all hold" else $"{failed} FAILED" ]
        |> String.concat ", "

    out
        .Append("<!DOCTYPE html>\n")
        .Append($"<!-- {escape run.Command} -->\n")
        .Append("<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .Append("<title>Paper reproductions</title>\n<style>")
        .Append(style)
        .Append("</style>\n</head>\n<body>\n<main>\n<h1>Paper reproductions</h1>\n")
        .Append($"<p class=\"lead\">{escape summary}; {seconds run.Seconds} in all. Made by <code>{escape run.Command}</code>.</p>\n")
    |> ignore

    let mutable number = 0

    for chapter in run.Chapters do
        out
            .Append($"<h2 id=\"{escape chapter.Folder}\">{escape chapter.Title}</h2>\n")
            .Append($"<p class=\"source\">{escape chapter.Source}</p>\n<p>{escape chapter.Introduction}</p>\n")
        |> ignore

        for item in chapter.Figures do
            number <- number + 1
            figure out run chapter number item

        out.Append "<h3>Settings</h3>\n" |> ignore
        settings out (chapter.Settings @ [ "time", seconds chapter.Seconds ])

        if not chapter.Checks.IsEmpty then
            out.Append "<h3>What was checked with these very models</h3>\n" |> ignore
            checks out chapter.Checks

    if not run.Proved.IsEmpty then
        out
            .Append("<h2 id=\"proved\">What was proved</h2>\n<p>For all quantum numbers at once, by rules that accept a ")
            .Append("certificate only after checking it exactly; proved anew in this run.</p>\n")
        |> ignore

        theorems out run.Proved

    if not run.Checks.IsEmpty then
        out.Append "<h2 id=\"checked\">What was checked</h2>\n<p>Exactly, in this run.</p>\n" |> ignore
        checks out run.Checks

    out.Append "<h2 id=\"run\">This run</h2>\n" |> ignore
    settings out (run.Settings @ run.Versions)
    out.Append "</main>\n</body>\n</html>\n" |> ignore
    out.ToString()
