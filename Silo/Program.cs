using OrleansChat.Grains.Hosting;

return await ChatProcess.RunAsync("Silo", () =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddChatLogging();
    builder.CheckListenAddresses();
    builder.AddChatSilo();
    builder.Services.AddHealthChecks();
    builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(15));
    var app = builder.Build();
    app.MapHealthChecks("/healthz/live");
    app.MapHealthChecks("/healthz/ready");
    return app;
});
