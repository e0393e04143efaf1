using System;
using Toolkit.Kernels;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Simd;
using Toolkit.Numerics.Stages;

// Sizes that models have: angular momenta to 8, one or two registers of radial functions, up to four registers of channels.
const int LargestL = 8;

// Of a bispectrum, whose products are many.
const int LargestTriple = 8;

if (args is not [string path])
{
    Console.Error.WriteLine("kernels: expected the name of the file to write");
    return 2;
}

KernelText text = new();
EmittedKernels.Writer = text;
for (int lmax = 0; lmax <= LargestL; lmax++)
{
    HarmonicsCompiler<double>.Get(lmax, gradients: false, radial: false);
    HarmonicsCompiler<double>.Get(lmax, gradients: true, radial: false);
    HarmonicsCompiler<double>.Get(lmax, gradients: true, radial: true);
    for (int registers = 1; registers <= 2; registers++)
        ExpansionCode.Get(lmax, registers * ChannelTile.Side);

    for (int from = 0; from < ChannelTile.Side; from++)
        SquareCode.Get(lmax, from);
}

for (int lmax = 1; lmax <= LargestTriple; lmax++)
{
    const double cutoff = 4;
    PointDensity radial = new(new GtoBasis(1, cutoff), lmax, cutoff);
    _ = new Bispectrum(new DensityExpansion(RadialTable.Build(radial, new CutoffFunction(cutoff, 1)), [1], CentrePolicy.Exclude));
}

text.Write(path);
Console.Error.WriteLine($"kernels: {text.Count} in {path}");
return 0;
