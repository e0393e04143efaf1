using System.CommandLine;
using System.Linq;
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
        var convention = new Option<string>("--convention")
        {
            Description = "whose coefficients: " + string.Join(", ", Conventions.all.Select(c => c.Name)),
            DefaultValueFactory = _ => "toolkit",
        };
        var format = new Option<string>("--format") { Description = "tsv, table, json or c", Required = true };
        var output = new Option<string>("--out") { Description = "the file to write", Required = true };
        var verb = new Command("tables", "A complete table of coupling coefficients, each correctly rounded.")
            { kind, lmax, half, basis, convention, format, output };
        verb.SetAction(result =>
        {
            TableSpec spec = Spec(result.GetValue(kind)!, result.GetValue(basis), result.GetValue(lmax)!,
                result.GetValue(half), Named("--convention", result.GetValue(convention)!));
            string path = result.GetValue(output)!;
            switch (result.GetValue(format))
            {
                case "tsv":
                    TableText.WriteTsv(spec, path);
                    break;
                case "json":
                    TableText.WriteJson(spec, path);
                    break;
                case "c":
                    TableText.WriteC(spec, path);
                    break;
                case "table":
                    TableFile.Write(spec, path);
                    break;
                case var other:
                    throw new UsageException($"--format: found '{other}', expected tsv, table, json or c");
            }
            return 0;
        });
        return verb;
    }

    internal static Convention Named(string option, string name) => Conventions.tryFind(name)?.Value
        ?? throw new UsageException($"{option}: found '{name}', expected one of "
            + string.Join(", ", Conventions.all.Select(c => c.Name)));

    private static TableSpec Spec(string kindText, string? basis, string lmaxText, bool half,
        Convention convention)
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
        FSharpResult<TableSpec, string> spec = TableSpec.TryCreate(kind, lmax, half, convention);
        return spec.IsOk ? spec.ResultValue : throw new UsageException(spec.ErrorValue);
    }
}
