using System.CommandLine;
using Microsoft.FSharp.Core;
using Toolkit.Symbolic.AngularMomentum;
using Toolkit.Symbolic.Tables;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit tables</c>: complete coefficient tables as files.</summary>
internal static class TablesVerb
{
    public static Command Create()
    {
        var kind = new Option<string>("--kind") { Description = "3j, cg or real-cg", Required = true };
        var lmax = new Option<string>("--lmax") { Description = "the largest angular momentum", Required = true };
        var half = new Option<bool>("--half") { Description = "half-integer angular momenta, too" };
        var basis = new Option<string?>("--basis") { Description = "complex or real, with --kind cg" };
        var format = new Option<string>("--format") { Description = "tsv or table", Required = true };
        var output = new Option<string>("--out") { Description = "the file to write", Required = true };
        var verb = new Command("tables", "A complete table of coupling coefficients, each correctly rounded.")
            { kind, lmax, half, basis, format, output };
        verb.SetAction(result =>
        {
            TableSpec spec = Spec(result.GetValue(kind)!, result.GetValue(basis), result.GetValue(lmax)!,
                result.GetValue(half));
            string path = result.GetValue(output)!;
            switch (result.GetValue(format))
            {
                case "tsv":
                    TableText.WriteTsv(spec, path);
                    break;
                case "table":
                    TableFile.Write(spec, path);
                    break;
                case var other:
                    throw new UsageException($"--format: found '{other}', expected tsv or table");
            }
            return 0;
        });
        return verb;
    }

    private static TableSpec Spec(string kindText, string? basis, string lmaxText, bool half)
    {
        TableKind kind = TableKind.TryParse(kindText)?.Value
            ?? throw new UsageException($"--kind: found '{kindText}', expected 3j, cg or real-cg");
        if (basis is not null)
        {
            if (kind != TableKind.Cg)
            {
                throw new UsageException($"--basis: expected only with --kind cg, found --kind {kind.Name}");
            }
            kind = basis switch
            {
                "complex" => TableKind.Cg,
                "real" => TableKind.RealCg,
                _ => throw new UsageException($"--basis: found '{basis}', expected complex or real"),
            };
        }
        HalfInteger lmax = HalfInteger.TryParse(lmaxText) is { } value
            ? value.Value
            : throw new UsageException($"--lmax: found '{lmaxText}', expected an integer, or a half-integer with --half");
        FSharpResult<TableSpec, string> spec = TableSpec.TryCreate(kind, lmax, half);
        return spec.IsOk ? spec.ResultValue : throw new UsageException(spec.ErrorValue);
    }
}
