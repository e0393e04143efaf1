using System;
using Toolkit.Cli;

return Application.Run(args, Console.Out, Console.Error);
