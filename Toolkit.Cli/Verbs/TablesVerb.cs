using System;
using System.CommandLine;
using Microsoft.FSharp.Core;
using Toolkit.Numerics.Files;
using Toolkit.Symbolic.AngularMomentum;
using Toolkit.Symbolic.Tables;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit tables</c>: complete coefficient tables as files.</summary>
internal static class TablesVerb
{
    private const string Kinds = "3j, cg, real-cg, gaunt or 6j";
    private const string Formats = "tsv, npz, table, json or c";

    public static Command Create()
    {
        var kind = new Option<string>("--kind") { Description = Kinds, Required = true };
        var lmax = new Option<string>("--lmax") { Description = "the largest angular momentum", Required = true };
        var half = new Option<bool>("--half") { Description = "half-integer angular momenta, too" };
        var basis = new Option<string?>("--basis") { Description = "complex or real, with --kind cg" };
        var convention = new Option<string>("--convention")
        {
            Description = "whose coefficients: " + string.Join(", ", Conventions.Names()),
            DefaultValueFactory = _ => "toolkit",
        };
        var precision = new Option<string>("--precision")
        {
            Description = "float64 or float32, each rounded directly from the exact value",
            DefaultValueFactory = _ => "float64",
        };
        var format = new Option<string>("--format") { Description = Formats, Required = true };
        var output = new Option<string>("--out") { Description = "the file to write", Required = true };
        Option<bool> force = OutputFile.Force();
        var verb = new Command("tables", "A complete table of coupling coefficients, each correctly rounded.")
            { kind, lmax, half, basis, convention, precision, format, output, force };
        verb.SetAction(result =>
        {
            TableSpec spec = Spec(result.GetValue(kind)!, result.GetValue(basis), result.GetValue(lmax)!,
                result.GetValue(half), result.GetValue(convention)!, result.GetValue(precision)!);
            string path = result.GetValue(output)!, form = result.GetValue(format)!;
            Action<TableSpec, string, Action<TableProgress>> write = form switch
            {
                "tsv" or "json" or "c" => (table, file, tell) => TableText.WriteReporting(form, table, file, tell),
                "npz" => TableNpz.WriteReporting,
                "table" => TableFile.WriteReporting,
                _ => throw new UsageException($"--format: found '{form}', expected {Formats}"),
            };
            bool replaces = result.GetValue(force);
            OutputFile.Require(path, replaces, spec.LeastBytes(form));
            using var progress = new Progress(result.InvocationConfiguration.Error);
            AtomicFile.WriteBy(
                path, to => write(spec, to, at => progress.Report("blocks of coefficients", at.Blocks, at.Of, at.Share)), replaces);
            return 0;
        });
        return verb;
    }

    internal static Convention Named(string option, string name, Basis basis) => Conventions.TryFind(name, basis)?.Value
        ?? throw new UsageException($"{option}: found '{name}', expected one of " + string.Join(", ", Conventions.Names()));

    private static TableSpec Spec(string kindText, string? basis, string lmaxText, bool half,
        string convention, string precision)
    {
        TableKind kind = TableKind.TryParse(kindText)?.Value
            ?? throw new UsageException($"--kind: found '{kindText}', expected {Kinds}");
        if (basis is not null)
        {
            if (kind != TableKind.Cg)
                throw new UsageException($"--basis: expected only with --kind cg, found --kind {kind.Name}");
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
        FSharpResult<TableSpec, string> spec = TableSpec.TryCreate(kind, lmax, half, Named("--convention", convention, kind.Basis),
            Precision.TryParse(precision)?.Value
                ?? throw new UsageException($"--precision: found '{precision}', expected float64 or float32"));
        return spec.IsOk ? spec.ResultValue : throw new UsageException(spec.ErrorValue);
    }
}
