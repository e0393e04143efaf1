using System;
using System.CommandLine;
using System.IO;
using System.Numerics;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Toolkit.Symbolic.Export;
using Toolkit.Symbolic.Hypergeometric;
using Toolkit.Symbolic.Proofs;
using Toolkit.Symbolic.Proofs.Kernel;
using Symbol = Toolkit.Symbolic.Hypergeometric.Symbol;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit derive</c>: the relation between a symbol and the neighbours that the user names.</summary>
internal static class DeriveVerb
{
    public static Command Create()
    {
        var kind = new Option<string>("--symbol") { Description = "3j or 6j", Required = true };
        var shifts = new Option<string>("--shifts")
        {
            Description = "neighbours of the symbol, such as \"j2-1/2,j3-1/2,m2-1/2,m3+1/2; j2-1/2,j3-1/2,m2+1/2,m3-1/2\"",
            Required = true,
        };
        var degree = new Option<int>("--degree")
        {
            Description = "the largest total degree of the sums' coefficients that is searched",
            DefaultValueFactory = _ => 12,
        };
        var json = new Option<bool>("--json") { Description = "write the certificate instead of the relation's text" };
        var latex = new Option<bool>("--latex") { Description = "write the relation as a LaTeX formula" };
        var verb = new Command("derive", "Finds and proves the relation between neighbouring 3j or 6j symbols.")
            { kind, shifts, degree, json, latex };
        verb.SetAction(result =>
        {
            TextWriter output = result.InvocationConfiguration.Output;
            Symbol symbol = result.GetValue(kind) switch
            {
                "3j" => Symbol.ThreeJ,
                "6j" => Symbol.SixJ,
                var other => throw new UsageException($"--symbol: found '{other}', expected 3j or 6j"),
            };
            FSharpResult<FSharpList<FSharpList<BigInteger>>, string> neighbours = Shifts.parse(symbol, result.GetValue(shifts)!);
            if (neighbours.IsError)
            {
                throw new UsageException($"--shifts: {neighbours.ErrorValue}");
            }
            FSharpResult<DerivedRelation, NoRelation> found =
                Derivation.relation(symbol, result.GetValue(degree), neighbours.ResultValue);
            if (found.IsError)
            {
                if (found.ErrorValue is NoRelation.NoneUpTo none)
                {
                    int asked = result.GetValue(degree);
                    string rest = none.degree < asked
                        ? $"; degrees {none.degree + 1} to {asked} not searched: more than {Derivation.MostUnknowns} unknown coefficients"
                        : "";
                    output.WriteLine($"none up to degree {none.degree}{rest}");
                    result.InvocationConfiguration.Error.WriteLine(
                        $"toolkit: at degree {none.degree}, {none.equations} values of the sums leave none of {none.unknowns} coefficients free");
                    return 0;
                }
                throw new UsageException($"--shifts: {((NoRelation.Invalid)found.ErrorValue).reason}");
            }
            DerivedRelation relation = found.ResultValue;
            Theorem theorem = relation.Symbols is { } symbols ? symbols.Value : relation.Sums;
            if (result.GetValue(latex) && Report.latexOf(theorem.Statement) is { } formula)
            {
                output.WriteLine(formula.Value);
            }
            else if (result.GetValue(json))
            {
                output.Write(ProofFile.write($"{symbol.Name}.derived", "Found by linear algebra modulo a prime; proved by the kernel.", theorem));
            }
            else
            {
                output.WriteLine(theorem.Statement.Text);
            }
            return 0;
        });
        return verb;
    }
}
