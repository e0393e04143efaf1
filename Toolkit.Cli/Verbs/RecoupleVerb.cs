using System;
using System.CommandLine;
using System.IO;
using Microsoft.FSharp.Core;
using Toolkit.Symbolic.CouplingTrees;
using Toolkit.Symbolic.Export;
using Toolkit.Symbolic.Export.Typesetting;
using Toolkit.Symbolic.Proofs;
using Toolkit.Symbolic.Proofs.Kernel;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit recouple</c>: the sum over 6j symbols that connects two coupling schemes of the same leaves.</summary>
internal static class RecoupleVerb
{
    private const int Points = 50;

    public static Command Create()
    {
        var first = new Argument<string>("TREE1") { Description = "a coupling-tree/1 file; every angular momentum has a name of its own" };
        var second = new Argument<string>("TREE2") { Description = "another with the same leaves" };
        var json = new Option<bool>("--json") { Description = "write the certificate instead of the statement's text" };
        var latex = new Option<bool>("--latex") { Description = "write the statement in LaTeX" };
        var verb = new Command("recouple", "Expresses the states of one coupling tree by those of another, and proves it.") { first, second,
            json, latex };
        verb.SetAction(result =>
        {
            TextWriter output = result.InvocationConfiguration.Output;
            FSharpResult<Theorem, string> proof = TreeRecoupling.Prove(Read(result.GetValue(first)!), Read(result.GetValue(second)!));
            if (proof.IsError)
                throw new InvalidDataException(proof.ErrorValue);
            Theorem theorem = proof.ResultValue;
            FSharpResult<int, string> check = RecouplingEvaluation.check((RecouplingCoefficient)theorem.Statement, Points, 1);
            if (check.IsError)
                throw new InvalidOperationException($"the theorem is false {check.ErrorValue}");
            result.InvocationConfiguration.Error.WriteLine(
                $"toolkit: recouple: equal to the sum over magnetic numbers at {check.ResultValue} random points");
            if (result.GetValue(json))
            {
                output.Write(ProofFile.write(
                    "recoupling", "A way from one scheme to the other by as few recouplings as there can be.", theorem));
            }
            else
            {
                output.WriteLine(result.GetValue(latex) ? Typeset.latex(theorem.Statement) : theorem.Statement.Text);
                if (NineJ.tryText(((RecouplingCoefficient)theorem.Statement).Value) is { } nine)
                    output.WriteLine(result.GetValue(latex) ? Typeset.formula(nine.Value)?.Value : $"The coefficient is {nine.Value}.");
            }
            return 0;
        });
        return verb;
    }

    private static Tree Read(string file)
    {
        InputFile.Require(file, "a coupling-tree/1 file");
        FSharpResult<CouplingTree, string> tree = CouplingTreeReader.read(File.ReadAllText(file));
        return tree.IsOk ? tree.ResultValue.Tree : throw new InvalidDataException($"{file}: {tree.ErrorValue}");
    }
}
