using System;
using System.CommandLine;
using System.IO;
using Microsoft.FSharp.Core;
using Toolkit.Symbolic.Export;
using Toolkit.Symbolic.Proofs.Kernel;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit check</c>: applies the rules of proof files again, from the files alone.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "certificates written by prove or derive", Arity = ArgumentArity.OneOrMore };
        var verb = new Command("check", "Checks certificates: prints valid or invalid with the reason, one line for each file.") { files };
        verb.SetAction(result =>
        {
            int exit = 0;
            foreach (string file in result.GetValue(files)!)
            {
                FSharpResult<Tuple<string, Theorem>, string> verdict = ProofFile.check(File.ReadAllText(file));
                result.InvocationConfiguration.Output.WriteLine(verdict.IsOk ? "valid" : $"invalid: {verdict.ErrorValue}");
                if (verdict.IsError)
                {
                    exit = 1;
                }
            }
            return exit;
        });
        return verb;
    }
}
