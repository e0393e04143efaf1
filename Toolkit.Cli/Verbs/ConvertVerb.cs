using System.CommandLine;
using Toolkit.Numerics.Files;
using Toolkit.Symbolic.Tables;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit convert</c>: a text table from one convention to another, exactly.</summary>
internal static class ConvertVerb
{
    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "the convention of FILE", Required = true };
        var to = new Option<string>("--to") { Description = "the convention to write", Required = true };
        var file = new Argument<string>("FILE") { Description = "a table made with --format tsv" };
        var output = new Option<string>("--out") { Description = "the file to write", Required = true };
        Option<bool> force = OutputFile.Force();
        var verb = new Command("convert", "A table of coefficients in another convention, real or complex, exactly. (toolkit-real and toolkit-complex name ours in one basis.)")
            { from, to, file, output, force };
        verb.SetAction(result =>
        {
            string source = result.GetValue(from)!, target = result.GetValue(to)!;
            TablesVerb.Named("--from", source, Basis.Real);
            TablesVerb.Named("--to", target, Basis.Real);
            InputFile.Require(result.GetValue(file)!, "a table made with --format tsv");
            string path = result.GetValue(output)!;
            bool replaces = result.GetValue(force);
            OutputFile.Require(path, replaces);
            AtomicFile.WriteBy(path, to => TextConversion.Convert(result.GetValue(file)!, source, target, to), replaces);
            return 0;
        });
        return verb;
    }
}
