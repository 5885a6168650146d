using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Derivation;
using WsFanout.Planning.Calibration;
using WsFanout.Planning.Plan;

namespace WsFanout.Planning.Comparison;

/// <summary>
/// The capacity plan's derived figures for its own machine (2 cores, 2,048 MB, 10,000 clients, 256 workers), each by its own formula, by this server's
/// code with the plan's unit costs, and with the costs in use.
/// </summary>
internal sealed class PlanFigures
{
    private const double PlansClients = 10_000;
    private const double PlansWorkers = 256;
    private const double PlansCores = 1.8;
    private const double PlansMegabytes = 1792;
    private const double PlansBandwidth = 125e6;
    private const double CoresOfClient = 0.0002;
    private const double MegabytesOfClient = 0.1;
    private const double SecondsOfDay = 86_400;

    private readonly PlanBasis _plans;
    private readonly PlanBasis _ours;

    private PlanFigures(SettingsContext context)
    {
        _plans = On(context, CalibrationFile.OfThePlan);
        _ours = On(context, context.Calibration);
    }

    /// <param name="context">With the calibration in use.</param>
    public static IReadOnlyList<PlanFigure> Of(SettingsContext context) => [.. new PlanFigures(context).All()];

    private IEnumerable<PlanFigure> All()
    {
        yield return Row("cpu_limit", "cores to use", 1.8, "2 × 0.9", 2 * 0.9, at => at.Governor.CpuLimitCores, "");
        yield return Row("memory_limit", "memory to use, MB", 1792, "2048 − 256", 2048 - 256, at => at.Governor.MemoryLimitBytes >> 20, "");
        yield return Row("cpu_clients", "clients by CPU at 2/s", 9_000, "1.8 / 0.0002", PlansCores / CoresOfClient, at => Clients(at, "cpu_all", 2), Cpu());
        yield return Row("cpu_clients_light", "clients by CPU at 0.5/s", 36_000, "1.8 / 0.00005", PlansCores / 0.00005, at => Clients(at, "cpu_all", 0.5), Cpu());
        yield return Row(
            "memory_clients", "clients by memory", 17_920, "1792 / 0.1", PlansMegabytes / MegabytesOfClient, at => Clients(at, "memory_all", 2),
            Memory());
        yield return Row(
            "network_clients", "clients by network", 156_250, "125,000,000 / (2 × 400)", PlansBandwidth / 800, at => Clients(at, "network", 2),
            "the plan counts the payload alone; the JSON around it, the frame and the headers of its packets are on the cable too");
        yield return Row(
            "reject_clients", "clients at reject threshold", 6_750, "1.8 × 0.75 / 0.0002", PlansCores * 0.75 / CoresOfClient, at => Clients(at, "cpu_reject", 2),
            And(Cpu(), "by the plan's own costs the threshold is reached before the 10,000 that it aims at"));
        yield return Row(
            "workers", "workers", 256, "max(32, 10,000 / 40), to a power of two", Math.Max(32, PlansClients / 40), at => at.Settings.Fanout.WorkerThreads,
            "the plan rounds 250 up to 256 and takes a worker for a goroutine; here it is a thread, and more of them than cores only wait for each other");
        yield return Row(
            "queue", "queue, messages", 25_600, "256 × 100", PlansWorkers * 100, at => CapacityFormulas.QueueSize(at.Governor.MaxConnections).Value,
            "the same formula without the rounding of 250 workers to 256; WS_WORKER_QUEUE_SIZE=25600 is taken as given");
        yield return Row(
            "tasks", "units of concurrency", 24_331, "(2 × 10,000 + 256 + 20) × 1.2 = 24,331.2", Math.Ceiling(20_276 * 1.2), at => at.Governor.MaxTasks,
            "a limit is rounded up: 24,332; the plan's text cuts it off and then takes 25,000, which is taken as given");
        yield return Row(
            "tasks_target", "units at 10,000 clients", 20_276, "2 × 10,000 + 256 + 20", (2 * PlansClients) + PlansWorkers + 20, at => At(at, PlansClients, 2).Tasks,
            "ws_tasks_current counts the threads that there are, 2, not the 256 workers asked for");
        yield return Row("cpu_light", "CPU %, 5,000 at 1/s", 28, "5,000 × 0.0001 / 1.8", 100 * 5_000 * 0.0001 / PlansCores, at => At(at, 5_000, 1).CpuPercent, Cpu());
        yield return Row("cpu_target", "CPU %, 10,000 at 2/s", 111, "10,000 × 0.0002 / 1.8", 100 * PlansClients * CoresOfClient / PlansCores, at => At(at, PlansClients, 2).CpuPercent, Cpu());
        yield return Row("cpu_peak", "CPU %, 10,000 at 4/s", 222, "10,000 × 0.0004 / 1.8", 100 * PlansClients * 0.0004 / PlansCores, at => At(at, PlansClients, 4).CpuPercent, Cpu());
        yield return Row(
            "memory_target", "memory %, 10,000 clients", 56, "10,000 × 0.1 / 1792", 100 * PlansClients * MegabytesOfClient / PlansMegabytes, at => At(at, PlansClients, 2).MemoryPercent,
            Memory());
        yield return Row(
            "network_target", "network %, 10,000 at 2/s", 6.4, "10,000 × 2 × 400 / 125,000,000", 100 * PlansClients * 800 / PlansBandwidth, at => At(at, PlansClients, 2).NetworkPercent,
            "as with the clients by network");
        yield return Row("trigger_connections", "add one at 80 %, clients", 8_000, "80 % of 10,000", PlansClients * 0.8, at => ScaleOut.Of(at).ConnectionClients, "");
        yield return Row(
            "trigger_cpu", "add one at 60 % CPU, clients", 5_400, "1.8 × 0.6 / 0.0002", PlansCores * 0.6 / CoresOfClient, at => ScaleOut.Of(at).CpuClients,
            And(Cpu(), "the plan does not work this one out; by its costs it fires before the other"));
        yield return new PlanFigure(
            "transactions", "transactions a second", 1.25, "36,000 / 86,400", 36_000 / SecondsOfDay, 36_000 / SecondsOfDay, 36_000 / SecondsOfDay,
            "36,000 a day are 0.42 a second; 1.25 a second would be 108,000 a day");
    }

    // What the costs in use differ in, and nothing else: they may be anybody's.
    private string Cpu()
    {
        var (ours, plans) = (_ours.Model, _plans.Model);
        return string.Join("; ", Differences().Where(difference => difference.Length > 0));

        IEnumerable<string> Differences()
        {
            yield return Than("a delivery costs", ours.SecondsPerDelivery, plans.SecondsPerDelivery, LoadModel.Time);
            yield return Than("a message taken in", ours.SecondsPerMessage, plans.SecondsPerMessage, LoadModel.Time);
            yield return Than("a client without messages, each second,", ours.CoresPerClient(0), plans.CoresPerClient(0), LoadModel.Time);
            yield return Than("cores that are busy with nobody there:", ours.IdleCores, plans.IdleCores, cores => FormattableString.Invariant($"{cores:0.###}"));
        }
    }

    private string Memory()
    {
        var (ours, plans) = (_ours.Model, _plans.Model);
        string[] differences = [Than("a client takes", ours.BytesPerClient, plans.BytesPerClient, LoadModel.Size), Than("the server alone", ours.FixedBytes, plans.FixedBytes, LoadModel.Size)];
        return string.Join("; ", differences.Where(difference => difference.Length > 0));
    }

    private static string Than(string what, double ours, double plans, Func<double, string> write) =>
        ours == plans ? "" : $"{what} {write(ours)} here and {(plans == 0 ? "nothing" : write(plans))} by the plan";

    private static string And(string why, string more) => why.Length == 0 ? "" : $"{why}; {more}";

    private PlanFigure Row(string key, string name, double says, string formula, double byFormula, Func<PlanBasis, double> value, string why) =>
        new(key, name, says, formula, byFormula, value(_plans), value(_ours), why);

    private static double Clients(PlanBasis at, string key, double rate) => ClientLimits.At(at, rate, at.Request.MessagesPerSecond).Single(limit => limit.Key == key).Clients;

    private static LoadUse At(PlanBasis at, double clients, double rate) => Utilisation.Of(at, new Load("", (long)clients, rate, at.Request.MessagesPerSecond));

    // Nothing of the environment: the plan's machine with the plan's numbers, whatever this one has.
    private static PlanBasis On(SettingsContext context, CalibrationFile calibration)
    {
        var request = new PlanRequest { Cores = 2, MemoryBytes = 2048L << 20, Descriptors = 1 << 20, Clients = 10_000, Workers = 256, ClientRate = 2 };
        var nowhere = Path.Combine(AppContext.BaseDirectory, "no-such-directory");
        return new PlanBasis(request, PlanSettings.Read(request, new Dictionary<string, string>(), context with { Directory = nowhere, Calibration = calibration }));
    }
}
