using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Toolkit.Symbolic.Export;
using Toolkit.Symbolic.Proofs;
using Toolkit.Symbolic.Proofs.Kernel;
using Toolkit.Symbolic.Proofs.Theorems;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit prove</c>: derives and proves theorems, one line each, and writes their certificates.</summary>
internal static class ProveVerb
{
    public static Command Create()
    {
        var only = new Option<string[]>("--only")
        {
            Description = "names of theorems; 3j.contiguous.* stands for all that begin so",
            AllowMultipleArgumentsPerToken = true,
        };
        var full = new Option<bool>("--full") { Description = "all theorems, also those that the default set leaves out" };
        var output = new Option<string?>("--out")
        {
            Description = "a folder for NAME.json, NAME.sympy.py and NAME.mac, theorems.tex, theorems.html and theorems.md, which list these and what was proved there before, and check_theorem.py with its companions, which check them without this program",
        };
        var spec = new Option<string?>("--spec")
        {
            Description = "a specification of features, or a coupling-tree/1 file: prove what its representation computes invariant",
        };
        var tables = new Option<string[]>("--table")
        {
            Description = "tables of coefficients in the format table: prove that every number in them is the exact coefficient, correctly rounded",
            AllowMultipleArgumentsPerToken = true,
        };
        var verb = new Command("prove", "Derives and proves theorems for all quantum numbers, and about tables of coefficients.")
            { only, spec, tables, full, output };
        verb.SetAction(result =>
        {
            TextWriter lines = result.InvocationConfiguration.Output;
            TextWriter messages = result.InvocationConfiguration.Error;
            var proved = new List<Report.Line>();
            bool failed = false;
            string? folder = result.GetValue(output);
            IReadOnlyList<Report.Line> earlier = folder is null ? [] : ProofFolder.Open(folder, messages);
            foreach (Entry entry in Selected(
                result.GetValue(only) ?? [], result.GetValue(full), result.GetValue(spec), result.GetValue(tables) ?? []))
            {
                var watch = Stopwatch.StartNew();
                FSharpResult<Theorem, string> proof = entry.Proof.Value;
                if (proof.IsOk)
                {
                    var line = new Report.Line(entry.Name, entry.Argument, proof.ResultValue, watch.Elapsed.TotalSeconds);
                    proved.Add(line);
                    lines.WriteLine(Report.row(line));
                }
                else
                {
                    failed = true;
                    lines.WriteLine(FormattableString.Invariant(
                        $"{entry.Name}\t-\t-\t{watch.Elapsed.TotalSeconds:0.000}\tFAILED"));
                    messages.WriteLine($"toolkit: {entry.Name}: {proof.ErrorValue}");
                }
            }
            if (folder is not null)
                ProofFolder.Write(folder, earlier, proved);
            return failed ? 1 : 0;
        });
        return verb;
    }

    /// <summary>The named theorems, those on the file's coupling trees and those on tables; without any, the default set or all.</summary>
    private static IEnumerable<Entry> Selected(string[] names, bool full, string? spec, string[] tables)
    {
        IEnumerable<Entry> own = (spec is null ? [] : SpecTheorems.Read(spec)).Concat(tables.Select(TableTheorem));
        if (names.Length == 0)
        {
            return (spec is null && tables.Length == 0) || full ? Catalogue.entries.Where(entry => full || entry.ByDefault).Concat(own)
                : own;
        }

        FSharpResult<FSharpList<Entry>, string> selected = Catalogue.select(ListModule.OfSeq(names));
        return selected.IsOk
            ? selected.ResultValue.Concat(own)
            : throw new UsageException($"--only: there is no theorem '{selected.ErrorValue}'");
    }

    /// <summary>The theorem about a table's file.</summary>
    /// <exception cref="InvalidDataException">No such table.</exception>
    private static Entry TableTheorem(string file)
    {
        InputFile.Require(file, "a table of coefficients");
        FSharpResult<Entry, string> entry = TableTheorems.OfFile(file);
        return entry.IsOk ? entry.ResultValue : throw new InvalidDataException(entry.ErrorValue);
    }
}
