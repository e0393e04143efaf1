using System;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using System.Numerics;
using System.Threading;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Toolkit.Symbolic.Export;
using Toolkit.Symbolic.Export.Typesetting;
using Toolkit.Symbolic.Proofs;
using Toolkit.Symbolic.Proofs.Kernel;
using Symbol = Toolkit.Symbolic.Hypergeometric.Symbol;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit derive</c>: the relation between a symbol and the neighbours that the user names.</summary>
internal static class DeriveVerb
{
    /// <summary>After this long, and again after each such time, a search says that it is still running.</summary>
    private static readonly TimeSpan FirstWord = TimeSpan.FromSeconds(5);

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
            DefaultValueFactory = _ => Derivation.MostDegree,
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
                throw new UsageException($"--shifts: {neighbours.ErrorValue}");
            TextWriter messages = result.InvocationConfiguration.Error;
            var watch = Stopwatch.StartNew();
            using var word = new Timer(
                _ => messages.WriteLine($"toolkit: derive: searching for {watch.Elapsed.TotalSeconds:0} s"), null, FirstWord, FirstWord);
            FSharpResult<DerivedRelation, NoRelation> found =
                Derivation.relation(symbol, result.GetValue(degree), neighbours.ResultValue);
            word.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (found.IsError)
            {
                switch (found.ErrorValue)
                {
                    case NoRelation.Unrelated none:
                        output.WriteLine($"none up to degree {none.degree}; by telescoping none of any degree");
                        messages.WriteLine(
                            $"toolkit: derive: at degree {none.degree}, {none.equations} values of the sums leave none of {none.unknowns} coefficients free");
                        return 0;
                    case NoRelation.NoneUpTo none:
                        output.WriteLine($"none up to degree {none.degree}");
                        return 0;
                    case NoRelation.Unproved seen:
                        messages.WriteLine($"toolkit: derive: a relation of degree {seen.degree} was seen but not proved: {seen.reason}");
                        return 1;
                    case var other:
                        throw new UsageException($"--shifts: {((NoRelation.Invalid)other).reason}");
                }
            }
            DerivedRelation relation = found.ResultValue;
            messages.WriteLine($"toolkit: derive: {Found(relation)}");
            Theorem theorem = relation.Symbols is { } symbols ? symbols.Value : relation.Sums;
            if (result.GetValue(latex))
            {
                string? formula = Factored.tryRelation(theorem.Statement) is { } related ? Typeset.formula(related.Value + " = 0")?.Value : null;
                output.WriteLine(formula ?? Typeset.latex(theorem.Statement));
            }
            else if (result.GetValue(json))
            {
                output.Write(ProofFile.write(
                    $"{symbol.Name}.derived", "Found by linear algebra modulo a prime; proved by the kernel.", theorem));
            }
            else
            {
                output.WriteLine(Typeset.source(theorem.Statement));
            }
            return 0;
        });
        return verb;
    }

    /// <summary>What was found, and what was excluded on the way.</summary>
    private static string Found(DerivedRelation relation)
    {
        string below = relation.NoneUpTo == relation.Degree - 1
            ? relation.Degree == 0 ? "" : $"; none up to degree {relation.NoneUpTo}"
            : $"; none up to degree {relation.NoneUpTo}, degrees {relation.NoneUpTo + 1} to {relation.Degree - 1} not decided (more than {Derivation.MostUnknowns} unknown coefficients)";
        string unused = relation.Unused == 0 ? "" : $"; {relation.Unused} of the neighbours not needed";
        return $"coefficients of the sums have degree {relation.Degree}{below}{unused}";
    }
}
