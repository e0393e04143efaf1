using System;
using System.CommandLine;
using System.IO;
using Microsoft.FSharp.Core;
using Toolkit.Symbolic.Export;
using Toolkit.Symbolic.Proofs.Kernel;
using Toolkit.Symbolic.Tables;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit check</c>: applies the rules of proof files again, from the files alone; and compares files of coefficients
/// with their headers and checksums.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "certificates written by prove or derive, or tables written by tables or convert", Arity = ArgumentArity.OneOrMore };
        var verb = new Command("check", "Checks certificates and tables: one line for each file: valid, the file, and what it says (a theorem's name, assumptions and statement; a table's what, lmax and convention), separated by tabs; or invalid with the reason.") { files };
        verb.SetAction(result =>
        {
            int exit = 0;
            foreach (string file in result.GetValue(files)!)
            {
                FSharpResult<string, string> content = Content(file);
                result.InvocationConfiguration.Output.WriteLine(
                    content.IsOk ? $"valid\t{file}\t{content.ResultValue}" : $"invalid: {content.ErrorValue}");
                if (content.IsError)
                {
                    exit = 1;
                }
            }
            return exit;
        });
        return verb;
    }

    /// <summary>
    /// What a valid file says, in fields between tabs: a theorem's name, assumptions ("-" if there are none) and statement; a
    /// table's what, lmax and convention. Otherwise why it is invalid.
    /// </summary>
    private static FSharpResult<string, string> Content(string file)
    {
        if (TableCheck.TryFormat(file) is not null)
        {
            FSharpResult<TableSpec, string> table = TableCheck.TryVerify(file);
            return table.IsOk
                ? FSharpResult<string, string>.NewOk(
                    $"{table.ResultValue.Kind.Name}\t{table.ResultValue.LMaxText}\t{table.ResultValue.Convention.Name}")
                : FSharpResult<string, string>.NewError(table.ErrorValue);
        }
        FSharpResult<Tuple<string, Theorem>, string> proof = ProofFile.check(File.ReadAllText(file));
        if (proof.IsError)
        {
            return FSharpResult<string, string>.NewError(proof.ErrorValue);
        }
        Theorem theorem = proof.ResultValue.Item2;
        string assumptions = theorem.Assumptions.IsEmpty ? "-" : string.Join("; ", theorem.Assumptions);
        return FSharpResult<string, string>.NewOk($"{proof.ResultValue.Item1}\t{assumptions}\t{theorem.Statement.Text}");
    }
}
