using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Toolkit.Cli.Fitting;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli;

/// <summary>What a fit or a comparison found, as a page that needs no other file and as JSON.</summary>
internal static class ModelReport
{
    private const int Plot = 260, Margin = 46;

    /// <summary>The errors and the choice of the regularizer.</summary>
    public static string Json(
        IFittedModel model, IReadOnlyDictionary<string, ModelEvaluation> sets, IReadOnlyList<CurvePoint>? curve = null)
    {
        JsonObject json = new()
        {
            ["structures"] = model.About.Structures,
            ["rows"] = model.About.Rows,
            ["regularizer"] = model.About.Regularizer,
            ["trials"] = new JsonArray(
                model.About.Trials.Where(static t => double.IsFinite(t.Error))
                .Select(static t => (JsonNode)new JsonArray(t.Regularizer, t.Error)).ToArray()),
            ["errors"] = new JsonObject(
                sets.Select(static s => KeyValuePair.Create(s.Key, (JsonNode?)new JsonArray(s.Value.Errors.Select(Error).ToArray())))),
        };
        if (curve is { Count: > 0 })
        {
            json["learning_curve"] = new JsonArray(curve.Select(static p => (JsonNode)new JsonObject
            {
                ["structures"] = p.Structures, ["errors"] = new JsonArray(p.Errors.Select(Error).ToArray()),
            }).ToArray());
        }

        return json.ToJsonString(
            new JsonSerializerOptions { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            + "\n";
    }

    /// <summary>The page.</summary>
    public static string Html(
        string name, IFittedModel model, IReadOnlyDictionary<string, ModelEvaluation> sets, StructureMap structures,
        IReadOnlyList<CurvePoint>? curve = null)
    {
        StringBuilder page = new();
        ModelAbout about = model.About;
        page.Append(CultureInfo.InvariantCulture, $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>{{Text(name)}}</title>
            <style>body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}table{border-collapse:collapse;margin:1em 0}
            td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}td:nth-child(-n+3),th:nth-child(-n+3){text-align:left}
            svg{margin:.5em 1em .5em 0}text{font:11px sans-serif;fill:#444}pre{background:#f6f6f6;padding:1em;overflow:auto}</style></head><body>
            <h1>{{Text(name)}}</h1>
            <p>{{about.Structures}} structures, {{about.Rows}} labels, {{model.FeatureCount}} features for each of {{Text(string.Join(", ", model.Species.Select(Elements.Symbol)))}};
            regularizer {{about.Regularizer:G3}}.{{Text(Baseline(model))}}</p>
            <table><tr><th>set</th><th>label</th><th>species</th><th>count</th><th>RMSE</th><th>MAE</th><th>largest</th><th>unit</th><th>% of std</th></tr>

            """);
        foreach ((string set, ModelEvaluation evaluation) in sets)
        {
            foreach (LabelError e in evaluation.Errors)
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(set)}</td><td>{Text(e.Label)}</td><td>{e.Species ?? "all"}</td><td>{e.Count}</td><td>{e.RootMeanSquare:G4}</td>"
                    + $"<td>{e.Mean:G4}</td><td>{e.Largest:G4}</td><td>{e.Unit}</td><td>{e.Percent:0.00}</td></tr>\n");
            }
        }

        page.Append("</table>\n");
        foreach ((string set, ModelEvaluation evaluation) in sets)
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(set)}: {evaluation.Structures} structures</h2>\n");
            foreach (LabelError e in evaluation.Errors.Where(static e => e.Species is null))
                Scatter(page, $"{e.Label}, {e.Unit}", evaluation.Pairs(e.Label));
        }

        foreach (string label in curve?.SelectMany(static p => p.Errors).Select(static e => e.Label).Distinct() ?? [])
            Curve(page, label, [.. curve!.SelectMany(p => p.Errors.Where(e => e.Label == label).Select(e => (p.Structures, e)))]);

        (double Regularizer, double Error)[] trials =
            about.Trials.Where(static t => double.IsFinite(t.Error) && t.Regularizer > 0).ToArray();
        if (trials.Length > 1)
        {
            page.Append("<h2>Choice of the regularizer</h2>\n<table><tr><th>regularizer</th><th>error on what was left out, in units of the labels' weights</th></tr>\n");
            foreach ((double regularizer, double error) in trials)
            {
                page.Append(CultureInfo.InvariantCulture,
                    $"<tr><td>{regularizer:G3}{(regularizer == about.Regularizer ? " (chosen)" : "")}</td><td>{error:G5}</td></tr>\n");
            }

            page.Append("</table>\n");
        }

        page.Append(structures.Html(model));
        page.Append(CultureInfo.InvariantCulture, $"<h2>Specification</h2>\n<pre>{Text(model.Spec.ToJson())}</pre>\n</body></html>\n");
        return page.ToString();
    }

    private static string Baseline(IFittedModel model) => model is FittedModel fitted
        ? " Energies are per atom and less the baseline "
            + string.Join(", ", fitted.Baseline.Energies.Select(
                static e => string.Create(CultureInfo.InvariantCulture, $"{Elements.Symbol(e.Key)} {e.Value:0.######} eV"))) + "."
        : "";

    private static JsonNode Error(LabelError e)
    {
        var json = new JsonObject
        {
            ["label"] = e.Label, ["species"] = e.Species ?? "all", ["unit"] = e.Unit, ["count"] = e.Count, ["rmse"] = e.RootMeanSquare,
            ["mae"] = e.Mean,
            ["largest"] = e.Largest, ["deviation"] = e.Deviation,
        };
        if (e.Percent is double percent)
            json["percent"] = percent;

        return json;
    }

    /// <summary>Errors on the test set against the size of the training set, both logarithmic.</summary>
    private static void Curve(StringBuilder page, string label, IReadOnlyList<(int Structures, LabelError Error)> points)
    {
        page.Append(CultureInfo.InvariantCulture,
            $"<h2>Learning curve: {Text(label)}</h2>\n<table><tr><th>structures</th><th>RMSE</th><th>MAE</th></tr>\n");
        foreach ((int structures, LabelError e) in points)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"<tr><td>{structures}</td><td>{e.RootMeanSquare:G4}</td><td>{e.Mean:G4}</td></tr>\n");
        }

        page.Append("</table>\n");
        (double X, double Y)[] drawn =
            [.. points.Where(static p => p.Error.RootMeanSquare > 0)
            .Select(static p => (Math.Log(p.Structures), Math.Log(p.Error.RootMeanSquare)))];
        if (drawn.Length < 2) return;
        double left = drawn[0].X, right = drawn[^1].X, low = drawn.Min(static p => p.Y), high = drawn.Max(static p => p.Y);
        double height = high > low ? high - low : 1;
        int size = Plot + (2 * Margin);
        string path = string.Join(" ", drawn.Select(p => string.Create(CultureInfo.InvariantCulture,
            $"{Margin + (Plot * (p.X - left) / (right - left)):0.#},{Margin + Plot - (Plot * (p.Y - low) / height):0.#}")));
        page.Append(CultureInfo.InvariantCulture,
            $"<svg width=\"{size}\" height=\"{size}\" viewBox=\"0 0 {size} {size}\"><rect x=\"{Margin}\" y=\"{Margin}\" width=\"{Plot}\" height=\"{Plot}\" fill=\"none\" stroke=\"#888\"/>"
            + $"<text x=\"{Margin}\" y=\"{Margin - 8}\">{Text(label)}, {points[0].Error.Unit}: RMSE over structures fitted, logarithmic</text>"
            + $"<text x=\"{Margin}\" y=\"{Margin + Plot + 16}\">{points[0].Structures}</text><text x=\"{Margin + Plot}\" y=\"{Margin + Plot + 16}\" text-anchor=\"end\">{points[^1].Structures}</text>"
            + $"<text x=\"{Margin - 4}\" y=\"{Margin + 8}\" text-anchor=\"end\">{Math.Exp(high):G3}</text><text x=\"{Margin - 4}\" y=\"{Margin + Plot}\" text-anchor=\"end\">{Math.Exp(low):G3}</text>"
            + $"<polyline points=\"{path}\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"2\"/></svg>\n");
    }

    /// <summary>Predictions against references.</summary>
    private static void Scatter(StringBuilder page, string title, IReadOnlyList<(double Reference, double Predicted)> pairs)
    {
        double low = pairs.Min(static p => Math.Min(p.Reference, p.Predicted)),
            high = pairs.Max(static p => Math.Max(p.Reference, p.Predicted));
        double range = high > low ? high - low : 1;
        int size = Plot + (2 * Margin);
        page.Append(CultureInfo.InvariantCulture,
            $"<svg width=\"{size}\" height=\"{size}\" viewBox=\"0 0 {size} {size}\"><rect x=\"{Margin}\" y=\"{Margin}\" width=\"{Plot}\" height=\"{Plot}\" fill=\"none\" stroke=\"#888\"/>"
            + $"<line x1=\"{Margin}\" y1=\"{Margin + Plot}\" x2=\"{Margin + Plot}\" y2=\"{Margin}\" stroke=\"#bbb\"/><text x=\"{Margin}\" y=\"{Margin - 8}\">{Text(title)}: predicted over reference</text>");
        foreach ((double value, string anchor, int x) in new[] { (low, "start", Margin), (high, "end", Margin + Plot) })
        {
            page.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{x}\" y=\"{Margin + Plot + 16}\" text-anchor=\"{anchor}\">{value:G4}</text>");
        }

        page.Append("<g fill=\"#1f5fa8\" fill-opacity=\"0.45\">");
        foreach ((double reference, double predicted) in pairs)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"<circle cx=\"{Margin + (Plot * (reference - low) / range):0.#}\" cy=\"{Margin + Plot - (Plot * (predicted - low) / range):0.#}\" r=\"1.6\"/>");
        }

        page.Append("</g></svg>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
