using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Files;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit merge</c>: what several processes have made of parts of a data set, as one file.</summary>
internal static class MergeVerb
{
    public static Command Create()
    {
        var parts = new Argument<string[]>("PART")
        {
            Description = "all parts in any order, NAME.shard-i-of-n.EXT: features (.npz, .mts) or predictions (.xyz); patterns with * and ?",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out") { Description = "the file to write, of the parts' kind", Required = true };
        Option<bool> force = OutputFile.Force();
        var verb = new Command("merge",
            "The files of all parts, which features or predict with --shard have made, as the one file that a single run makes.") { parts,
            output, force };
        verb.SetAction(result =>
        {
            string path = result.GetValue(output)!, extension = Path.GetExtension(path).ToLowerInvariant();
            if (extension is not (".npz" or ".mts" or ".xyz"))
                throw new UsageException($"--out: found '{path}', expected a name that ends with .npz, .mts or .xyz");

            using StructureFiles files = new(result.GetValue(parts)!);
            string[] ordered = ShardOption.Complete([.. files.Files.Select(static f => f.Path)]);
            if (ordered.FirstOrDefault(p => !Path.GetExtension(p).Equals(extension, StringComparison.OrdinalIgnoreCase)) is { } other)
                throw new UsageException($"PART: found '{other}' for '{path}', expected parts that end with {extension}");

            bool replaces = result.GetValue(force);
            OutputFile.Require(path, replaces, ordered.Where(File.Exists).Sum(static p => new FileInfo(p).Length));
            if (extension == ".xyz") AtomicFile.Write(path, stream => Array.ForEach(ordered, p => Append(p, stream)), replaces);
            else FeatureMerge.Write(path, ordered, replaces);
            result.InvocationConfiguration.Output.WriteLine($"{path}: {ordered.Length} parts");
            return 0;
        });
        return verb;
    }

    private static void Append(string part, Stream stream)
    {
        InputFile.Require(part, "a part that toolkit predict made");
        using FileStream file = File.OpenRead(part);
        file.CopyTo(stream);
    }
}
