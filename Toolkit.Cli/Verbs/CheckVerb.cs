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
        var verb = new Command("check", "Checks certificates and tables: prints valid or invalid with the reason, one line for each file.") { files };
        verb.SetAction(result =>
        {
            int exit = 0;
            foreach (string file in result.GetValue(files)!)
            {
                string? error = Error(file);
                result.InvocationConfiguration.Output.WriteLine(error is null ? "valid" : $"invalid: {error}");
                if (error is not null)
                {
                    exit = 1;
                }
            }
            return exit;
        });
        return verb;
    }

    private static string? Error(string file)
    {
        if (TableCheck.TryFormat(file) is not null)
        {
            FSharpResult<TableSpec, string> table = TableCheck.TryVerify(file);
            return table.IsOk ? null : table.ErrorValue;
        }
        FSharpResult<Tuple<string, Theorem>, string> proof = ProofFile.check(File.ReadAllText(file));
        return proof.IsOk ? null : proof.ErrorValue;
    }
}
