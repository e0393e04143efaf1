using System;
using System.CommandLine;
using System.IO;
using System.IO.Compression;
using System.Linq;
using Microsoft.FSharp.Core;
using Toolkit.Numerics.Files;
using Toolkit.Symbolic.Export;
using Toolkit.Symbolic.Export.Typesetting;
using Toolkit.Symbolic.Proofs.Kernel;
using Toolkit.Symbolic.Tables;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit check</c>: applies the rules of proof files again, from the files alone; and compares files of coefficients
/// with their headers and checksums.</summary>
internal static class CheckVerb
{
    private const string Expected = "a certificate written by prove, derive or independent, or a table of coefficients";

    public static Command Create()
    {
        var files = new Argument<string[]>(
            "FILE")
        {
            Description = "certificates written by prove, derive or independent, or tables written by tables or convert",
            Arity = ArgumentArity.OneOrMore
        };
        var latex = new Option<bool>("--latex") { Description = "write theorems' statements in LaTeX" };
        var verb = new Command("check", "Checks certificates and tables: one line for each file: valid, the file, and what it says (a theorem's name, assumptions and statement; a table's what, lmax and convention), separated by tabs; or invalid with the reason.") { files, latex };
        verb.SetAction(result =>
        {
            int exit = 0;
            foreach (string file in result.GetValue(files)!)
            {
                try
                {
                    InputFile.Require(file, Expected);
                    result.InvocationConfiguration.Output.WriteLine($"valid\t{file}\t{Content(file, result.GetValue(latex))}");
                }
                catch (InvalidDataException e)
                {
                    result.InvocationConfiguration.Output.WriteLine($"invalid: {e.Message}");
                    exit = 1;
                }
                // Nothing is known of such a file; the others are checked all the same.
                catch (InputException e)
                {
                    result.InvocationConfiguration.Error.WriteLine($"toolkit: {e.Message}");
                    exit = 1;
                }
            }
            return exit;
        });
        return verb;
    }

    /// <summary>
    /// What a valid file says, in fields between tabs: a theorem's name, assumptions ("-" if there are none) and statement; a
    /// table's what, lmax and convention.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="latex">A theorem's statement in LaTeX.</param>
    /// <exception cref="InvalidDataException">Invalid; with the file and the reason.</exception>
    /// <exception cref="InputException">Not a file that is checked.</exception>
    private static string Content(string file, bool latex)
    {
        switch (TableCheck.TryFormat(file)?.Value)
        {
            case "npz" when IsFeatures(file):
                throw new InputException(file, null, null, "features of atoms, which nobody checks", Expected);
            case not null:
                FSharpResult<TableSpec, string> table = TableCheck.TryVerify(file);
                return table.IsOk
                    ? $"{table.ResultValue.Kind.Name}\t{table.ResultValue.LMaxText}\t{table.ResultValue.Convention.Name}"
                    : throw new InvalidDataException(table.ErrorValue);
            default:
                string text = File.ReadAllText(file);
                if (CouplingBasisFile.tryCheck(text) is { } found)
                {
                    return found.Value.IsOk ? Content(found.Value.ResultValue)
                        : throw new InvalidDataException($"{file}: {found.Value.ErrorValue}");
                }

                FSharpResult<Tuple<string, Theorem>, string> proof = ProofFile.check(text);
                if (proof.IsError)
                    throw new InvalidDataException($"{file}: {proof.ErrorValue}");
                Theorem theorem = proof.ResultValue.Item2;
                string assumptions = theorem.Assumptions.IsEmpty ? "-" : string.Join("; ", theorem.Assumptions);
                return $"{proof.ResultValue.Item1}\t{assumptions}\t{(latex ? Typeset.latex(theorem.Statement) : theorem.Statement.Text)}";
        }
    }

    private static string Content(CouplingBasisFile.CouplingBasis basis) =>
        $"independent-couplings\t-\t{basis.Patterns.Sum(static p => p.Couplings.Length)} couplings of {basis.Order} factors, l ≤ {basis.LMax}, are a basis for λ = {basis.Lambda}, σ = {basis.Sigma}";

    /// <summary>Whether an archive of arrays holds labels of atoms, as .npz and .mts of features do.</summary>
    private static bool IsFeatures(string file)
    {
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(file);
            return zip.GetEntry("samples.npy") is not null || zip.GetEntry("blocks/0/samples.npy") is not null;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
