using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Toolkit.Numerics.Files;
using Toolkit.Symbolic.Export;
using Toolkit.Symbolic.Proofs;
using Toolkit.Symbolic.Proofs.Kernel;

namespace Toolkit.Cli.Verbs;

/// <summary>
/// A folder of certificates with their index. What was proved there before stays in the index: its certificates are checked
/// again and listed beside the new ones.
/// </summary>
internal static partial class ProofFolder
{
    private const string Index = "theorems.md";

    /// <summary>Makes the folder where it is absent, and reads what was proved there before.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="messages">Told of a certificate that is not valid and is left out of the index.</param>
    /// <exception cref="InputException">The folder cannot be made or written.</exception>
    public static IReadOnlyList<Report.Line> Open(string folder, TextWriter messages)
    {
        OutputFile.RequireFolder(folder);
        Dictionary<string, double> seconds = Seconds(Path.Combine(folder, Index));
        List<Report.Line> lines = [];
        foreach (string file in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            string text = File.ReadAllText(file);
            if (Argument(text) is not string argument)
                continue;

            FSharpResult<Tuple<string, Theorem>, string> proof = ProofFile.check(text);
            if (proof.IsOk && proof.ResultValue.Item1 == Path.GetFileNameWithoutExtension(file))
            {
                (string name, Theorem theorem) = proof.ResultValue;
                lines.Add(new Report.Line(name, argument, theorem, seconds.GetValueOrDefault(name)));
            }
            else
            {
                messages.WriteLine(
                    $"toolkit: {file}: left out of the index: {(proof.IsOk ? $"it proves {proof.ResultValue.Item1}" : proof.ErrorValue)}");
            }
        }

        return lines;
    }

    /// <summary>Writes certificates and scripts of new theorems and the index of all.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="earlier">What was proved there before.</param>
    /// <param name="proved">What is proved now, which takes the place of earlier theorems of the same name.</param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public static void Write(string folder, IReadOnlyList<Report.Line> earlier, IReadOnlyList<Report.Line> proved)
    {
        foreach (Report.Line line in proved)
        {
            WriteFile(folder, line.Name + ".json", ProofFile.write(line.Name, line.Argument, line.Theorem));
            WriteFile(folder, line.Name + ".sympy.py", Scripts.sympy(line.Name, line.Theorem));
            WriteFile(folder, line.Name + ".mac", Scripts.maxima(line.Name, line.Theorem));
        }

        // In the order of the catalogue, a user's own trees behind it.
        Dictionary<string, int> places =
            Catalogue.entries.Select(static (e, i) => (e.Name, i)).ToDictionary(static e => e.Name, static e => e.i);
        HashSet<string> names = [.. proved.Select(static l => l.Name)];
        IEnumerable<Report.Line> all = earlier.Where(l => !names.Contains(l.Name)).Concat(proved)
            .OrderBy(l => places.GetValueOrDefault(l.Name, int.MaxValue));
        FSharpList<Report.Line> lines = ListModule.OfSeq(all);
        WriteFile(folder, "theorems.tex", Report.latex(lines));
        WriteFile(folder, "theorems.html", Report.html(lines));
        WriteFile(folder, Index, Report.markdown(lines));
        foreach ((string name, string text) in Scripts.checker())
            WriteFile(folder, name, text);
    }

    private static void WriteFile(string folder, string name, string text) =>
        AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>The argument in words of a certificate; null: the text is none.</summary>
    private static string? Argument(string text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("format", out JsonElement format) && format.ValueKind == JsonValueKind.String
                && format.GetString() == ProofFile.Format
                && json.RootElement.TryGetProperty("argument", out JsonElement argument) && argument.ValueKind == JsonValueKind.String
                ? argument.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>How long the proofs of an index took: the certificates do not say.</summary>
    private static Dictionary<string, double> Seconds(string index)
    {
        Dictionary<string, double> seconds = [];
        foreach (string line in File.Exists(index) ? File.ReadLines(index) : [])
        {
            if (Row().Match(line) is { Success: true } row)
                seconds[row.Groups[1].Value] = double.Parse(row.Groups[2].Value, CultureInfo.InvariantCulture);
        }

        return seconds;
    }

    // | theorem | method | terms in certificates | seconds | assumed |
    [GeneratedRegex(@"^\| (\S+) \| [^|]* \| \d+ \| (\d+\.\d+) \|")]
    private static partial Regex Row();
}
