using System;
using System.IO;

namespace Toolkit.Examples;

/// <summary>Runs all examples: what the pages quote does what they say.</summary>
public static class Program
{
    /// <summary>Runs the examples and prints their results.</summary>
    /// <param name="output">Where they print.</param>
    public static void Run(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        FeaturesOfMethane.Run(output);
        Coefficients.Run(output);
        FSharp.ExactCoefficients.run(output);
        SpinModel.Run(output);
        NiceOfMethane.Run(output);
        FitMethane.Run(output);
        TestingYourOwn.Run(output);
    }

    private static void Main() => Run(Console.Out);
}
