using System.CommandLine;
using Toolkit.Numerics.Representations;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit spec</c>: complete specifications to start from.</summary>
internal static class SpecVerb
{
    public static Command Create()
    {
        string names = string.Join(", ", SpecText.Examples);
        var example = new Option<string>("--example") { Description = names, Required = true };
        var verb = new Command("spec", "A specification of features with a comment on every key.") { example };
        verb.SetAction(result =>
        {
            string name = result.GetValue(example)!;
            string text = SpecText.Example(name)
                ?? throw new UsageException($"--example: found '{name}', expected one of {names}");
            result.InvocationConfiguration.Output.Write(text);
            return 0;
        });
        return verb;
    }
}
